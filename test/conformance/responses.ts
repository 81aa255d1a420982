// The responses of scripted upstreams, and checks of what a client receives when they fail.
import { check } from './conformance-case.ts'
import type { RawResponse } from './raw-client.ts'
import type { Exchange, Script } from './scripted-upstream.ts'

export const CHUNKED_STREAM =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n'
export const DONE = 'data: [DONE]\n\n'
export const LAST_CHUNK = '0\r\n\r\n'

export const chunk = (bytes: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`),
    Buffer.from(bytes),
    Buffer.from('\r\n'),
  ])

/** A chunk without its last bytes: its size line declares more bytes than follow. */
export const brokenChunk = (bytes: string | Buffer): Buffer => chunk(bytes).subarray(0, -2)

const event = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'c-1', object: 'chat.completion.chunk', created: 1, model: 'conformance', ...fields })}\n\n`

export const delta = (content: string): string =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })

export const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }
export const usageEvent = (): string => event({ choices: [], usage })

const reply = (content: string): string =>
  JSON.stringify({
    id: 'c-1',
    object: 'chat.completion',
    created: 1,
    model: 'conformance',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage,
  })

export const wholeReply = reply('Grüße 🚀')

export const jsonHead = (length: number, more = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`

export const jsonResponse = (json: string, more = ''): string =>
  jsonHead(Buffer.byteLength(json), more) + json

export const isStream = ({ request }: Exchange): boolean =>
  /"stream"\s*:\s*true/.test(request.body.toString())

export const wantsUsage = ({ request }: Exchange): boolean =>
  /"include_usage"\s*:\s*true/.test(request.body.toString())

/** A well-behaved backend. */
export const serveWell: Script = async (exchange) => {
  if (!isStream(exchange)) return void (await exchange.write(jsonResponse(wholeReply)))
  await exchange.write(CHUNKED_STREAM)
  for (const text of ['Grüße', ' ', '🚀']) await exchange.write(chunk(delta(text)))
  if (wantsUsage(exchange)) await exchange.write(chunk(usageEvent()))
  await exchange.write(Buffer.concat([chunk(DONE), Buffer.from(LAST_CHUNK)]))
}

/** Whether the last event is an error event. */
function endsInError(text: string): boolean {
  const events = text.split('\n\n')
  const last = events.at(-2) ?? ''
  if (events.at(-1) !== '' || !last.startsWith('data: {')) return false
  return 'error' in (JSON.parse(last.slice('data: '.length)) as object)
}

/** Expects a failure after part of a stream was sent: a cut connection or an error event, never a clean end. */
export async function expectBrokenStream(response: RawResponse): Promise<string> {
  const ending = await response.ended()
  const text = response.text()
  check(!text.includes('[DONE]'), 'the broken stream came with a [DONE] of its own')
  if (ending === 'cut') return 'connection cut'
  check(endsInError(text), `a clean end without an error event, after ${JSON.stringify(text.slice(-200))}`)
  return 'error event'
}

/** Expects a failure before anything was sent: a status from 500 with a complete JSON body. */
export async function expectGatewayError(response: RawResponse): Promise<string> {
  const ending = await response.ended()
  check(response.status() >= 500, `status ${response.status()} (${ending})`)
  check(ending === 'complete', 'the error itself was cut')
  JSON.parse(response.text())
  return `status ${response.status()}`
}

/** Expects a cut connection, a status from 500 or a broken stream. */
export async function expectNoCleanEnd(response: RawResponse): Promise<string> {
  const ending = await response.ended()
  if (ending === 'cut') return 'connection cut'
  if (response.status() >= 500) return `status ${response.status()}`
  return expectBrokenStream(response)
}

/** Expects that the next request is served. */
export async function expectService(chat: (fields?: object) => RawResponse): Promise<void> {
  const response = chat()
  const ending = await response.ended()
  check(
    response.status() === 200 && ending === 'complete',
    `the request after it got status ${response.status()} (${ending})`,
  )
}
