// Tests that a response is read the same for any chunk boundaries, and that an incomplete response is a failure.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calls } from '../../../src/load-engine/calls/calls.ts'
import { createResponseReader } from '../../../src/load-engine/requests/response-reader.ts'

const chunkOf = (delta: object, usage?: object): string =>
  JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }], ...(usage ? { usage } : {}) })

const usageEvent = (tokens: number): string =>
  JSON.stringify({
    choices: [],
    usage: { prompt_tokens: 7, completion_tokens: tokens, total_tokens: 7 + tokens },
  })

function readStream(pieces: readonly string[], times: readonly number[] = []) {
  const reader = createResponseReader(calls.chat, 200, 'text/event-stream; charset=utf-8', true)
  const tokensByChunk = pieces.map((piece, index) => reader.push(piece, times[index] ?? index))
  return { ...reader.end(), tokensByChunk }
}

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('🚀', 'ü', '東京', '', 'data: x\n\n'),
)

/** Splits bytes at any positions and decodes the chunks as a stream. */
function decodeInChunks(bytes: Uint8Array, cuts: readonly number[]): string[] {
  const decoder = new TextDecoder()
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, index) => decoder.decode(bytes.subarray(at[index], end), { stream: true }))
}

describe('a response', () => {
  it('gives the same tokens for any chunk boundaries and line ends', () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(5_000), { maxLength: 30 }),
        fc.boolean(),
        (words, lineEnd, cuts, withUsage) => {
          const events = [
            chunkOf({ role: 'assistant', content: '' }),
            ...words.map((content, index) =>
              chunkOf(index % 3 ? { content } : { reasoning_content: content }),
            ),
            ...(withUsage ? [usageEvent(99)] : []),
            '[DONE]',
          ]
          const text =
            `: hello${lineEnd}${lineEnd}` + events.map((data) => `data: ${data}${lineEnd}${lineEnd}`).join('')
          const result = readStream(decodeInChunks(new TextEncoder().encode(text), cuts))
          const deltas = words.filter((content) => content !== '').length
          expect(result).toMatchObject({
            outcome: 'ok',
            deltas,
            usage: withUsage ? { promptTokens: 7, completionTokens: 99 } : null,
          })
          expect(result.tokensByChunk.reduce((sum, tokens) => sum + tokens, 0)).toBe(deltas)
          expect(result.gapsMs).toHaveLength(Math.max(0, deltas - 1))
        },
      ),
    )
  })

  it('gives the same tokens split between any two UTF-16 units', () => {
    const text = `data: ${chunkOf({ content: 'a🚀' })}\r\n\r\ndata: ${chunkOf({ content: 'b' })}\r\n\r\ndata: [DONE]\r\n\r\n`
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(readStream([text.slice(0, cut), text.slice(cut)])).toMatchObject({ outcome: 'ok', deltas: 2 })
    }
    expect(readStream([...Array(text.length).keys()].map((at) => text.charAt(at)))).toMatchObject({
      deltas: 2,
    })
  })

  it('has its first token at the first non-empty content, reasoning or tool call', () => {
    const empty = `data: ${chunkOf({ role: 'assistant', content: '' })}\n\n`
    const done = 'data: [DONE]\n\n'
    for (const delta of [{ reasoning_content: 'hm' }, { content: 'x' }, { tool_calls: [{ index: 0 }] }]) {
      const result = readStream([
        empty,
        `data: ${chunkOf(delta)}\n\n`,
        empty,
        `data: ${chunkOf(delta)}\n\n`,
        done,
      ])
      expect(result).toMatchObject({ firstTokenAtMs: 1, lastTokenAtMs: 3, gapsMs: [2] })
    }
  })

  it('fails as stream_error when it contains an error or ends without [DONE]', () => {
    const content = `data: ${chunkOf({ content: 'x' })}\n\n`
    expect(readStream([content])).toMatchObject({
      outcome: 'stream_error',
      detail: 'The stream ended without [DONE]',
    })
    const error = 'data: {"error":{"message":"the backend broke off","code":"x"}}\n\n'
    expect(readStream([content, error])).toMatchObject({
      outcome: 'stream_error',
      detail: 'the backend broke off',
    })
    expect(readStream([content, error, 'data: [DONE]\n\n'])).toMatchObject({ outcome: 'stream_error' })
  })

  it('fails as malformed when it does not have the requested form', () => {
    expect(readStream(['data: {"choices"\n\ndata: [DONE]\n\n'])).toMatchObject({ outcome: 'malformed' })
    const json = createResponseReader(calls.chat, 200, 'application/json', true)
    json.push('{"choices":[{"message":{"content":"x"}}]}', 0)
    expect(json.end()).toMatchObject({ outcome: 'malformed' })
    for (const body of ['', '[]', 'null', '<html>', '{"choices":3}']) {
      const whole = createResponseReader(calls.chat, 200, 'application/json', false)
      whole.push(body, 0)
      expect(whole.end()).toMatchObject({ outcome: 'malformed' })
    }
    const endless = createResponseReader(calls.chat, 200, 'text/event-stream', true)
    for (let piece = 0; piece < 5; piece += 1) endless.push('x'.repeat(1_000_000), piece)
    expect(endless.end()).toMatchObject({ outcome: 'malformed' })
  })

  it('with an error status fails by its class, with the message of its body', () => {
    const read = (status: number, body: string) => {
      const reader = createResponseReader(calls.chat, status, 'application/problem+json', true)
      reader.push(body, 0)
      return reader.end()
    }
    expect(read(503, '{"detail":"all full","error":{"message":"no slot"}}')).toMatchObject({
      outcome: 'http_5xx',
      detail: 'no slot',
    })
    expect(read(429, 'slow down')).toMatchObject({ outcome: 'http_4xx', detail: 'slow down' })
    expect(read(302, '')).toMatchObject({ outcome: 'http_3xx', detail: '' })
  })

  it('has its endpoint from a comment when the headers do not name it', () => {
    const text = `: x-lb-endpoint vllm a\n\ndata: ${chunkOf({ content: 'x' })}\n\ndata: [DONE]\n\n`
    expect(readStream([text])).toMatchObject({ outcome: 'ok', endpoint: 'vllm a' })
  })
})
