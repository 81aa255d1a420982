import { describe, expect, it } from 'vitest'
import { chat } from '../../../src/proxy/apis/chat.ts'
import type { ResponseReader } from '../../../src/proxy/response/response-reader.ts'
import { translateReader } from '../../../src/proxy/translation/translated-reader.ts'

function readerOf(type: string, status = 200): ResponseReader {
  const options = { status, headers: { 'content-type': type }, hideUsage: false }
  return translateReader(chat.createResponseReader(options), status, undefined)
}

const usage = { prompt_tokens: 11, completion_tokens: 3 }
const completion = JSON.stringify({
  id: 'chatcmpl-1',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage,
})
const chunk = (delta: object, reason: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`
const last = `data: ${JSON.stringify({ choices: [], usage })}\n\n`
const done = 'data: [DONE]\n\n'
const json = (bytes: Buffer | null): unknown => JSON.parse(bytes?.toString() ?? '')

describe('the reader of a translated response', () => {
  it('returns an unstreamed response at its end, with the facts of the chat', () => {
    const reader = readerOf('application/json')
    const bytes = Buffer.from(completion)
    expect([reader.push(bytes.subarray(0, 20)), reader.push(bytes.subarray(20))]).toEqual([null, null])
    expect(json(reader.end())).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'Hi' }] })
    expect(reader.facts.usage).toEqual({ promptTokens: 11, completionTokens: 3 })
    expect([reader.isStream, reader.facts.reportsError, reader.isCut()]).toEqual([false, false, false])
  })

  it('returns errors in Anthropic’s form', () => {
    const reader = readerOf('application/json', 429)
    reader.push(Buffer.from('{"error":{"message":"Slow down","code":429}}'))
    expect(json(reader.end())).toEqual({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'Slow down' },
    })
  })

  it.each([
    ['an error with the status of success', '{"error":{"message":"died","code":500}}', 'died'],
    ['a body that is no chat completion', '{"a":1}', 'no chat completion'],
    ['a body that is too large', Buffer.alloc(17 * 1024 * 1024, ' '), 'too large'],
  ])('reports an error for %s', (_name, body, words) => {
    const reader = readerOf('application/json')
    for (let at = 0; at < body.length; at += 65_536) reader.push(Buffer.from(body.slice(at, at + 65_536)))
    expect(json(reader.end())).toMatchObject({
      error: { type: 'api_error', message: expect.stringContaining(words) as string },
    })
    expect(reader.facts.reportsError).toBe(true)
  })

  it('knows that an unstreamed response was cut', () => {
    const reader = readerOf('application/json')
    reader.push(Buffer.from(completion.slice(0, 40)))
    reader.push(Buffer.from(completion.slice(40, 50)))
    reader.end()
    expect(reader.isCut()).toBe(true)
  })

  it('returns a stream event by event, with the facts of the chat', () => {
    const reader = readerOf('text/event-stream')
    expect(reader.push(Buffer.from(chunk({ content: 'Hi' })))?.toString()).toContain('"text":"Hi"')
    expect([reader.isStream, reader.facts.deltas, reader.facts.done, reader.isAtBoundary()]).toEqual([
      true,
      1,
      false,
      true,
    ])
    expect(reader.push(Buffer.from(chunk({}, 'stop') + last))).toBe(null)
    expect(reader.push(Buffer.from(done))?.toString()).toMatch(/message_stop"}\n\n$/)
    expect(reader.end()).toBe(null)
    expect(reader.facts).toMatchObject({ done: true, usage: { promptTokens: 11, completionTokens: 3 } })
    expect([reader.facts.reportsError, reader.isCut()]).toEqual([false, false])
  })

  it('knows that a stream is complete that has its usage but no [DONE], and cut without a reason for its end', () => {
    const whole = readerOf('text/event-stream')
    whole.push(Buffer.from(chunk({ content: 'Hi' }, 'stop') + last))
    expect(whole.end()?.toString()).toContain('message_stop')
    expect(whole.isCut()).toBe(false)
    const cut = readerOf('text/event-stream')
    cut.push(Buffer.from(chunk({ content: 'Hi' }) + done))
    expect([cut.end(), cut.isCut()]).toEqual([null, true])
  })

  it('reports an error of a stream, its own too', () => {
    for (const broken of ['data: {"error":{"message":"died"}}\n\n', 'data: {"a":1}\n\n']) {
      const reader = readerOf('text/event-stream')
      expect(reader.push(Buffer.from(broken))?.toString()).toMatch(/^event: error\n/)
      reader.end()
      expect([reader.facts.reportsError, reader.isCut()]).toEqual([true, false])
    }
  })
})
