// Calls of a simulated backend whose bodies are multipart forms, with the unmodified client.
import OpenAI, { toFile } from 'openai'
import { describe, expect, it } from 'vitest'
import { startBackend } from './start-backend.ts'

const model = 'sim-model'
const recording = () => toFile(Buffer.alloc(64_001), 'speech.wav')
const start = async () => {
  const backend = await startBackend()
  return { backend, client: new OpenAI({ baseURL: backend.baseUrl, apiKey: 'none', maxRetries: 0 }) }
}
const text = 'A recording of 64001 bytes is heard.'

describe('a form', () => {
  it('is transcribed and translated: as JSON, as text, and as subtitles', async () => {
    const { client, backend } = await start()
    const { transcriptions, translations } = client.audio
    const file = await recording()
    expect(await transcriptions.create({ model, file })).toEqual({
      text,
      usage: { type: 'duration', seconds: 3 },
    })
    expect(await translations.create({ model, file })).toMatchObject({ text })
    expect(await transcriptions.create({ model, file, response_format: 'text' })).toBe(`${text}\n`)
    expect(await transcriptions.create({ model, file, response_format: 'srt' })).toBe(
      `1\n00:00:00,000 --> 00:00:03,000\n${text}\n\n`,
    )
    expect(await transcriptions.create({ model, file, response_format: 'vtt' })).toMatch(/^WEBVTT\n\n/)
    expect(backend.served().routes['/v1/audio/transcriptions']).toMatchObject({ finished: 4 })
  })

  it('is transcribed as events, the last of which has the usage', async () => {
    const { client } = await start()
    const file = await recording()
    const words: string[] = []
    let usage: unknown
    for await (const event of await client.audio.transcriptions.create({ model, file, stream: true })) {
      if (event.type === 'transcript.text.delta') words.push(event.delta)
      if (event.type === 'transcript.text.done') usage = event.usage
    }
    expect(words.join('')).toBe(text)
    expect(usage).toMatchObject({ type: 'tokens', output_tokens: Math.ceil(text.length / 4) })
  })

  it('edits one image or several', async () => {
    const { client } = await start()
    const image = await toFile(Buffer.from('PNG'), 'a.png', { type: 'image/png' })
    for (const images of [image, [image, image]]) {
      const { data, usage } = await client.images.edit({ model, image: images, prompt: 'a queue', n: 2 })
      expect(data).toHaveLength(2)
      expect(usage).toMatchObject({ input_tokens: 2, output_tokens: 2 })
    }
  })

  it('is refused where it lacks a field, has a model that is not served, or is none', async () => {
    const { client, backend } = await start()
    const file = await recording()
    const failing = client.audio.transcriptions.create({ model: 'other', file })
    await expect(failing).rejects.toMatchObject({ status: 404 })
    const body = '--x\r\nbroken'
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    for (const path of ['/audio/transcriptions', '/images/edits']) {
      const response = await fetch(backend.baseUrl + path, { method: 'POST', headers, body })
      expect(response.status).toBe(400)
    }
  })
})
