// Streams of messages, read while they are passed on.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMessageReader } from '../../../src/proxy/apis/response-formats.ts'
import { eventDataOf, readEvents, streamTextOf, type ReadEvent } from '../sse/arbitrary-events.ts'
import { cut, fractions } from '../json/arbitrary-json.ts'

const HEADERS = { 'content-type': 'text/event-stream' }

function run(chunks: readonly Buffer[]) {
  const reader = createMessageReader({ status: 200, headers: HEADERS, hideUsage: false })
  const forwarded = [...chunks.map((chunk) => reader.push(chunk)), reader.end()].filter(
    (part) => part !== null,
  )
  return { forwarded: Buffer.concat(forwarded).toString(), facts: reader.facts, isCut: reader.isCut() }
}
const readText = (text: string) => run([Buffer.from(text)])

const event = (type: string, members: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
const start = (usage: object) => event('message_start', { message: { id: 'msg_1', content: [], usage } })
const delta = (members: object) => event('content_block_delta', { index: 0, delta: members })
const text = delta({ type: 'text_delta', text: 'hi' })
const end = (usage: object) => event('message_delta', { delta: { stop_reason: 'end_turn' }, usage })
const stop = event('message_stop')

describe('a stream of messages', () => {
  it('has its usage from its start, overwritten field by field, and never added', () => {
    const first = { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 2 }
    const { facts, isCut } = readText(
      start({ ...first, output_tokens: 1 }) +
        text +
        end({ output_tokens: 4, input_tokens: null }) +
        end({ output_tokens: 9, cache_read_input_tokens: 7, output_tokens_details: { thinking_tokens: 3 } }) +
        stop,
    )
    expect(facts).toMatchObject({ deltas: 1, done: true, reportsError: false })
    expect(facts.usage).toMatchObject({
      promptTokens: 10 + 7 + 2,
      completionTokens: 9,
      cachedTokens: 7,
      reasoningTokens: 3,
    })
    expect(facts.usage?.isRunning).toBeUndefined()
    expect(isCut).toBe(false)
  })

  it('counts text, JSON and thinking, and nothing else', () => {
    const counted = [
      { type: 'text_delta', text: 'a' },
      { type: 'input_json_delta', partial_json: '{"a":' },
      { type: 'thinking_delta', thinking: 'hm' },
    ]
    const others = [
      { type: 'text_delta', text: '' },
      { type: 'input_json_delta', partial_json: '' },
      { type: 'signature_delta', signature: 'abc' },
      { type: 'x', nested: { text: 'a' } },
    ]
    expect(readText(counted.map(delta).join('')).facts.deltas).toBe(3)
    expect(readText(others.map(delta).join('')).facts.deltas).toBe(0)
    const block = event('content_block_start', { index: 0, content_block: { type: 'text', text: 'a' } })
    expect(readText(start({ input_tokens: 1 }) + block + event('ping') + stop).facts.deltas).toBe(0)
  })

  it('is complete only after message_stop: a [DONE] does not end it, nor undo its end', () => {
    expect(readText(`${start({})}${text}${end({ output_tokens: 1 })}data: [DONE]\n\n`).isCut).toBe(true)
    const { forwarded, facts, isCut } = readText(`${text}${stop}data: [DONE]\n\n`)
    expect(forwarded).toBe(`${text}${stop}data: [DONE]\n\n`)
    expect([facts.done, facts.reportsError, isCut]).toEqual([true, false, false])
  })

  it('ends with an error', () => {
    const error = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } })
    expect(readText(text + error).facts).toMatchObject({ deltas: 1, done: true, reportsError: true })
  })
})

const counts = fc.record(
  Object.fromEntries(
    ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'].map(
      (name) => [
        name,
        fc.oneof(
          { weight: 3, arbitrary: fc.nat(1000) },
          { weight: 1, arbitrary: fc.constantFrom(null, -1, '7') },
        ),
      ],
    ),
  ),
  { requiredKeys: [] },
)
const usage = fc.oneof(counts, fc.constant(null))
const words = fc.constantFrom(
  '',
  'hi',
  'data: {"type":"message_stop"}\n\n',
  '"usage":{"output_tokens":9}',
  'é😀',
)
const member = fc.constantFrom('text', 'partial_json', 'thinking', 'signature', 'citation')
const misleading = { usage: { output_tokens: 77 }, type: 'message_stop', delta: { text: 'no' } }
const value = fc.oneof(
  usage.map((given) => ({ type: 'message_start', message: { content: [misleading], usage: given } })),
  fc.record({ type: fc.constant('message_delta'), delta: fc.constant({ stop_reason: null }), usage }),
  fc.tuple(member, words).map(([name, given]) => ({
    type: 'content_block_delta',
    delta: { type: `${name}_delta`, [name]: given },
  })),
  words.map((given) => ({ type: 'content_block_start', content_block: { text: given, ...misleading } })),
  fc.constantFrom<object>(
    { type: 'ping' },
    { type: 'content_block_stop', nested: [misleading] },
    { type: 'message_stop' },
    { type: 'error', error: { type: 'api_error', message: 'no' } },
    { error: { message: 'no' } },
    { type: 7, error: null },
  ),
)

const isObject = (given: unknown): given is Record<string, unknown> =>
  typeof given === 'object' && given !== null
const isCount = (given: unknown): given is number => Number.isSafeInteger(given) && (given as number) >= 0

/** The facts that a reader must have after these events, each of which is parsed. */
function referenceFacts(events: readonly ReadEvent[]) {
  const known: Record<string, number> = {}
  let [deltas, done, reportsError, isRunning] = [0, false, false, false]
  const merge = (given: unknown, isStart: boolean): void => {
    if (!isObject(given)) return
    for (const [name, count] of Object.entries(given)) if (isCount(count)) known[name] = count
    isRunning = isStart
  }
  for (const { data: found } of events) {
    if (!found?.trimStart().startsWith('{')) continue
    const parsed = JSON.parse(found) as Record<string, unknown>
    if (isObject(parsed.error)) reportsError = true
    if (parsed.type === 'error') reportsError = done = true
    if (parsed.type === 'message_stop') done = true
    if (
      isObject(parsed.delta) &&
      ['text', 'partial_json', 'thinking'].some((name) => Boolean((parsed.delta as never)[name]))
    )
      deltas += 1
    if (isObject(parsed.message)) merge(parsed.message.usage, true)
    else merge(parsed.usage, false)
  }
  const { input_tokens: input, cache_read_input_tokens: read, cache_creation_input_tokens: creation } = known
  const prompt = [input, read, creation].filter((count) => count !== undefined)
  return {
    promptTokens: prompt.length === 0 ? undefined : prompt.reduce((sum, count) => sum + count, 0),
    completionTokens: known.output_tokens,
    isRunning: Object.keys(known).length > 0 && isRunning ? true : undefined,
    deltas,
    done,
    reportsError,
  }
}

it('passes on the same bytes and knows the same, wherever they are cut', () => {
  fc.assert(
    fc.property(streamTextOf(eventDataOf(value), 8), fractions, (given, places) => {
      const { forwarded, facts, isCut } = run(cut(Buffer.from(given), places))
      const { promptTokens, completionTokens, isRunning } = facts.usage ?? {}
      const { deltas, done, reportsError } = facts
      expect(forwarded).toBe(given)
      expect({ promptTokens, completionTokens, isRunning, deltas, done, reportsError }).toEqual(
        referenceFacts(readEvents(given)),
      )
      expect(isCut).toBe(!done)
    }),
    { numRuns: 2000 },
  )
})
