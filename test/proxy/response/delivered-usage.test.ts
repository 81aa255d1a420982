import { describe, expect, it } from 'vitest'
import { deliveredUsage } from '../../../src/proxy/response/delivered-usage.ts'
import { createChunkReader, createMessageReader } from '../../../src/proxy/apis/response-formats.ts'

function readerOf(...events: string[]) {
  const headers = { 'content-type': 'text/event-stream' }
  const reader = createChunkReader({ status: 200, headers, hideUsage: false })
  for (const event of events) reader.push(Buffer.from(`data: ${event}\n\n`))
  return reader
}

const text = '{"choices":[{"delta":{"content":"a"}}]}'

describe('the usage of a stream', () => {
  it('is what was delivered where its client left first, and an estimate of the prompt', () => {
    expect(deliveredUsage(readerOf(text, text), false, 80)).toEqual({
      usage: { promptTokens: 20, completionTokens: 2 },
      isEstimated: true,
    })
  })

  it('keeps what the endpoint has reported so far', () => {
    const early = '{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":7}}'
    expect(deliveredUsage(readerOf(early), false, 80)).toEqual({
      usage: { promptTokens: 7, completionTokens: 1 },
      isEstimated: true,
    })
    const usage = { promptTokens: 7, completionTokens: 9 }
    const whole = '{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":7,"completion_tokens":9}}'
    expect(deliveredUsage(readerOf(whole), false, 80)).toEqual({ usage, isEstimated: false })
  })

  it('does not take the count at the start of a message for that of the message', () => {
    const headers = { 'content-type': 'text/event-stream' }
    const reader = createMessageReader({ status: 200, headers, hideUsage: false })
    const push = (data: object) => reader.push(Buffer.from(`data: ${JSON.stringify(data)}\n\n`))
    push({ type: 'message_start', message: { usage: { input_tokens: 7, output_tokens: 1 } } })
    for (const delta of ['a', 'b', 'c']) push({ type: 'content_block_delta', delta: { text: delta } })
    const delivered = { usage: { promptTokens: 7, completionTokens: 3 }, isEstimated: true }
    expect(deliveredUsage(reader, false, 80)).toMatchObject(delivered)
    push({ type: 'message_delta', usage: { output_tokens: 9 } })
    expect(deliveredUsage(reader, false, 80)).toMatchObject({
      usage: { promptTokens: 7, completionTokens: 9 },
      isEstimated: false,
    })
  })

  it('is not estimated where nothing was delivered, or where the endpoint ended the response', () => {
    const none = { usage: undefined, isEstimated: false }
    expect(deliveredUsage(undefined, false, 80)).toEqual(none)
    expect(deliveredUsage(readerOf('{}'), false, 80)).toEqual(none)
    expect(deliveredUsage(readerOf(text), true, 80)).toEqual(none)
  })
})
