// Embeddings: unit vectors that depend only on the text, so that every backend returns the same.
import { usageJson, type FormatContext } from './format.ts'
import { createRandom } from '../random.ts'

// FNV-1a over UTF-16 code units.
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}

export function embed(text: string, dimensions: number): Float32Array {
  const random = createRandom(hash(text))
  const vector = Float32Array.from({ length: dimensions }, () => random() * 2 - 1)
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}

const base64 = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')

/** `encoding_format` base64 is 32-bit floats in the machine's byte order, little-endian on all that Node runs on. */
export function embeddingBody(context: Omit<FormatContext, 'generated'>): string {
  const { request, id, created } = context
  const data = request.texts.map((text, index) => {
    const vector = embed(typeof text === 'string' ? text : text.join(' '), request.dimensions)
    const embedding = request.encoding === 'base64' ? base64(vector) : Array.from(vector)
    return JSON.stringify({ index, object: 'embedding', embedding })
  })
  return (
    `{"id":"embd-${id}","object":"list","created":${created},"model":${JSON.stringify(request.model)},` +
    `"data":[${data.join(',')}],"usage":${usageJson(context, 0)}}`
  )
}
