// Images, speech, and texts from speech.
import { countTokens } from '../count-tokens.ts'
import { hash } from '../embedding-format.ts'
import { createRandom, drawInteger } from '../../random.ts'
import type { Images, Speech, Transcription } from './task-requests.ts'
import { eventResponse, jsonResponse, type TaskContext, type TaskResponse } from './task-response.ts'

/** One transparent pixel. */
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const SPEECH_BYTES_PER_CHARACTER = 256
/** Of sound with 16 bits at 16 kHz. */
const SOUND_BYTES_PER_SECOND = 32_000

const tokens = (input: number, output: number) => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
})

export function images({ created, request }: TaskContext, { n }: Pick<Images, 'n'>): TaskResponse {
  const data = Array.from({ length: n ?? 1 }, () => ({ b64_json: IMAGE }))
  return jsonResponse({ created, data, usage: tokens(request.promptTokens, data.length) })
}

/** @returns bytes of every value, for each character of the text the same number. */
function speechBytes(input: string): Buffer {
  const random = createRandom(hash(input))
  return Buffer.from(
    Uint8Array.from({ length: input.length * SPEECH_BYTES_PER_CHARACTER }, () => drawInteger(random, 0, 255)),
  )
}

export function speech({ request }: TaskContext, { input, stream_format: format }: Speech): TaskResponse {
  const bytes = speechBytes(input)
  if (format !== 'sse') return { type: 'audio/mpeg', body: bytes }
  const usage = tokens(request.promptTokens, countTokens(input))
  return eventResponse([
    { type: 'speech.audio.delta', audio: bytes.toString('base64') } as { type: string },
    { type: 'speech.audio.done', usage } as { type: string },
  ])
}

/** @param seconds - from the start. */
const timeOf = (seconds: number, fraction: string): string =>
  `${new Date(seconds * 1000).toISOString().slice(11, 19)}${fraction}000`

export function transcribe({ request }: TaskContext, task: Transcription): TaskResponse {
  const { file, response_format: format, stream } = task
  const seconds = Math.ceil(file.size / SOUND_BYTES_PER_SECOND)
  const text = `A recording of ${file.size} bytes is heard.`
  if (stream) {
    const usage = { type: 'tokens', ...tokens(request.promptTokens, countTokens(text)) }
    const words = text.split(/(?= )/).map((delta) => ({ type: 'transcript.text.delta', delta }))
    return eventResponse([...words, { type: 'transcript.text.done', text, usage } as { type: string }])
  }
  if (format === 'text') return { type: 'text/plain; charset=utf-8', body: `${text}\n` }
  if (format === 'srt' || format === 'vtt') {
    const [start, comma] = format === 'srt' ? ['1\n', ','] : ['WEBVTT\n\n', '.']
    const body = `${start}${timeOf(0, comma)} --> ${timeOf(seconds, comma)}\n${text}\n\n`
    return { type: 'text/plain; charset=utf-8', body }
  }
  const whole = { text, usage: { type: 'duration', seconds } }
  return jsonResponse(format === 'verbose_json' ? { ...whole, duration: seconds, segments: [] } : whole)
}
