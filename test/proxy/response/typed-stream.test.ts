// Streams of typed events, as responses, images, speech and transcriptions have them, and the streams of every adapter, cut anywhere.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apis } from '../../../src/proxy/apis/apis.ts'
import type { Api } from '../../../src/proxy/apis/api.ts'
import { responses } from '../../../src/proxy/apis/responses.ts'
import { effort } from '../../support/effort.ts'
import { cut, fractions } from '../json/arbitrary-json.ts'
import { eventDataOf, readEvents, streamText, streamTextOf, type ReadEvent } from '../sse/arbitrary-events.ts'

const words = fc.constantFrom('', 'hi', '"type":"response.completed"', 'data: [DONE]\n\n', 'é😀', '\\"}')
const count = fc.oneof(
  { weight: 3, arbitrary: fc.nat(1000) },
  { weight: 1, arbitrary: fc.constantFrom(null, -1, '7') },
)
const usage = fc.oneof(
  fc.record({ input_tokens: count, output_tokens: count }, { requiredKeys: [] }),
  fc.constantFrom(null, { type: 'duration', seconds: 7 }),
)
/** What stands deeper than it counts. */
const misleading = { usage: { input_tokens: 77 }, id: 'no', type: 'error', delta: 'no', sequence_number: 9 }
const response = fc.record(
  {
    id: fc.constantFrom('resp_1', 'resp_2'),
    output: fc.constant([misleading]),
    error: fc.constant(null),
    usage,
  },
  { requiredKeys: [] },
)
const members = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      ...['response.created', 'response.completed', 'response.incomplete', 'response.failed'],
    ),
    response,
  }),
  fc.record({
    type: fc.constantFrom('response.output_text.delta', 'transcript.text.delta', 'x.arguments.delta'),
    delta: words,
  }),
  fc.record({
    type: fc.constantFrom('transcript.text.done', 'speech.audio.done', 'image_generation.completed'),
    text: words,
    usage,
  }),
  fc.record({ type: fc.constant('speech.audio.delta'), audio: words }),
  fc.record({ type: fc.constant('response.output_item.added'), id: words, item: fc.constant(misleading) }),
  fc.constantFrom<object>({ type: 'error', message: 'no' }, { error: { message: 'no' } }, { type: 7 }),
)
const numbered = fc
  .tuple(members, fc.option(fc.nat(50), { nil: undefined }))
  .map(([value, number]) => (number === undefined ? value : { ...value, sequence_number: number }))
const typedStream = streamTextOf(eventDataOf(numbered), 8)

function read(api: Api, chunks: readonly Buffer[], type = 'text/event-stream') {
  const reader = api.createResponseReader({
    status: 200,
    headers: { 'content-type': type },
    hideUsage: false,
  })
  const forwarded = [...chunks.map((chunk) => reader.push(chunk)), reader.end()].filter(
    (part) => part !== null,
  )
  return { forwarded: Buffer.concat(forwarded).toString(), facts: reader.facts, isCut: reader.isCut() }
}

const isObject = (given: unknown): given is Record<string, unknown> =>
  typeof given === 'object' && given !== null
const isCount = (given: unknown): given is number => Number.isSafeInteger(given) && (given as number) >= 0

/** What has to be known after these events, each of which is parsed. */
function referenceFacts(events: readonly ReadEvent[]) {
  let tokens: object | undefined
  let [deltas, done, reportsError, nextSequenceNumber] = [0, false, false, 0]
  let objectIds: string[] | undefined
  for (const { data: found } of events) {
    if (found?.trimStart().startsWith('[DONE]')) done = true
    if (!found?.trimStart().startsWith('{')) continue
    const parsed = JSON.parse(found) as Record<string, unknown>
    const { type, delta, response: inner, sequence_number: number } = parsed
    if (isObject(parsed.error)) reportsError = true
    if (type === 'error' || type === 'response.failed') reportsError = done = true
    if (type === 'response.completed' || type === 'response.incomplete') done = true
    if (typeof delta === 'string' && delta !== '') deltas += 1
    if (isCount(number)) nextSequenceNumber = number + 1
    if (isObject(inner) && typeof inner.id === 'string') objectIds ??= [inner.id]
    const reported = isObject(inner) && isObject(inner.usage) ? inner.usage : parsed.usage
    if (!isObject(reported)) continue
    const { input_tokens: input, output_tokens: output } = reported
    const counted = {
      ...(isCount(input) ? { promptTokens: input } : {}),
      ...(isCount(output) ? { completionTokens: output } : {}),
    }
    if (Object.keys(counted).length > 0) tokens = counted
  }
  return { usage: tokens, deltas, done, reportsError, nextSequenceNumber, objectIds }
}

it('a stream of typed events is passed on as it is and known in full, wherever it is cut', () => {
  fc.assert(
    fc.property(typedStream, fractions, (given, places) => {
      const { forwarded, facts } = read(responses, cut(Buffer.from(given), places))
      expect(forwarded).toBe(given)
      expect(facts).toEqual(referenceFacts(readEvents(given)))
    }),
    { numRuns: effort(2000, 500) },
  )
})

const lines = fc
  .array(
    fc.constantFrom(
      ...['{"message":{"content":"hi"},"done":false}', '{"response":"é😀"}', 'hello', '', '{"error":"no"}'],
      '{"done":true,"prompt_eval_count":3,"eval_count":4}',
    ),
    { maxLength: 6 },
  )
  .map((each) => each.map((line) => `${line}\n`).join(''))

describe('the stream of each adapter', () => {
  it.each(apis)('of $name is passed on as it is, and known the same, wherever it is cut', (api) => {
    const [stream, type] =
      api.streamForm === 'lines'
        ? [lines, 'application/x-ndjson']
        : [fc.oneof(typedStream, streamText), 'text/event-stream']
    fc.assert(
      fc.property(stream, fractions, (given, places) => {
        const bytes = Buffer.from(given)
        const whole = read(api, [bytes], type)
        expect(whole.forwarded).toBe(given)
        expect(read(api, cut(bytes, places), type)).toEqual(whole)
        expect(
          read(
            api,
            Array.from(bytes, (byte) => Buffer.from([byte])),
            type,
          ),
        ).toEqual(whole)
      }),
      { numRuns: effort(200, 40) },
    )
  })
})
