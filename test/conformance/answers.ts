// What scripted upstreams say, and what a client may be left with when they fail.
import { check } from './conformance-case.ts'
import type { RawAnswer } from './raw-client.ts'
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

/** The first of a chunk that promises more bytes than come. */
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

export const jsonAnswer = (json: string, more = ''): string => jsonHead(Buffer.byteLength(json), more) + json

export const isStream = ({ request }: Exchange): boolean =>
  /"stream"\s*:\s*true/.test(request.body.toString())

export const wantsUsage = ({ request }: Exchange): boolean =>
  /"include_usage"\s*:\s*true/.test(request.body.toString())

/** A well-behaved backend. */
export const serveWell: Script = async (exchange) => {
  if (!isStream(exchange)) return void (await exchange.write(jsonAnswer(wholeReply)))
  await exchange.write(CHUNKED_STREAM)
  for (const text of ['Grüße', ' ', '🚀']) await exchange.write(chunk(delta(text)))
  if (wantsUsage(exchange)) await exchange.write(chunk(usageEvent()))
  await exchange.write(Buffer.concat([chunk(DONE), Buffer.from(LAST_CHUNK)]))
}

/** Whether the last event tells of an error. */
function endsInError(text: string): boolean {
  const events = text.split('\n\n')
  const last = events.at(-2) ?? ''
  if (events.at(-1) !== '' || !last.startsWith('data: {')) return false
  return 'error' in (JSON.parse(last.slice('data: '.length)) as object)
}

/** A failure after a part of a stream has gone out: a cut connection or an error event, never a clean end. */
export async function expectBrokenStream(answer: RawAnswer): Promise<string> {
  const ending = await answer.ended()
  const text = answer.text()
  check(!text.includes('[DONE]'), 'the broken stream came with a [DONE] of its own')
  if (ending === 'cut') return 'connection cut'
  check(endsInError(text), `a clean end without an error event, after ${JSON.stringify(text.slice(-200))}`)
  return 'error event'
}

/** A failure before anything went out: a status that says so, whole and in JSON. */
export async function expectGatewayError(answer: RawAnswer): Promise<string> {
  const ending = await answer.ended()
  check(answer.status() >= 500, `status ${answer.status()} (${ending})`)
  check(ending === 'complete', 'the error itself was cut')
  JSON.parse(answer.text())
  return `status ${answer.status()}`
}

/** A failure of which the client may have part of the answer, or a status that tells of it. */
export async function expectNoCleanEnd(answer: RawAnswer): Promise<string> {
  const ending = await answer.ended()
  if (ending === 'cut') return 'connection cut'
  if (answer.status() >= 500) return `status ${answer.status()}`
  return expectBrokenStream(answer)
}

/** The next request is served: nothing of the last one is left in its way. */
export async function expectService(chat: (fields?: object) => RawAnswer): Promise<void> {
  const answer = chat()
  const ending = await answer.ended()
  check(
    answer.status() === 200 && ending === 'complete',
    `the request after it got status ${answer.status()} (${ending})`,
  )
}
