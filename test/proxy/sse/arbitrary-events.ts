// Arbitrary SSE streams of chat chunks, and a reference reader that parses every event.
import fc from 'fast-check'
import type { Usage } from '../../../src/proxy/response/read-usage.ts'
import { shuffled } from '../json/arbitrary-json.ts'

const text = fc.constantFrom(
  '',
  'hi',
  ' "usage":{"prompt_tokens":9},"choices":[] ',
  '\n\ndata: [DONE]\n\n',
  '\\"}]}',
  'é😀',
  'z'.repeat(130),
)
const usage = fc.oneof(
  fc.constant(null),
  fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat() }),
  fc.record({ input_tokens: fc.nat(), output_tokens: fc.nat() }),
  fc.record({ prompt_tokens: fc.nat(), details: fc.constant({ prompt_tokens: 3, '}': '"}' }) }),
  fc.constant({}),
  fc.constant({ prompt_tokens: -1, completion_tokens: 1.5 }),
)
const delta = fc.oneof(
  fc.record({ role: fc.constant('assistant'), content: text }),
  fc.record({ content: fc.constant(null), reasoning_content: text }),
  fc.record({ reasoning: text }),
  fc.record({ refusal: text, label: text }),
  fc.record({
    tool_calls: fc
      .constantFrom('', '{"a":')
      .map((part) => [{ index: 0, function: { name: 'f', arguments: part } }]),
  }),
)
const choice = fc.oneof(
  fc.record({ index: fc.nat(2), delta, logprobs: fc.constant({ content: [{ token: 'x' }] }) }),
  fc.record({ index: fc.constant(0), text, finish_reason: fc.constantFrom(null, 'stop') }),
)
const chunk = fc
  .record(
    {
      id: fc.constantFrom('chatcmpl-1', '"choices":[]', 'usage'),
      choices: fc.array(choice, { maxLength: 2 }),
      usage,
      content: text,
      error: fc.constantFrom<unknown>(null, { message: 'no' }),
      nested: fc.constant({ usage: { prompt_tokens: 77 }, choices: [], error: {} }),
    },
    { requiredKeys: ['id'] },
  )
  .chain((value) =>
    fc.constantFrom(0, 0, 0, 1).map((indent) => JSON.stringify(value, null, indent).split('\n')),
  )

const data = fc.oneof(
  { weight: 6, arbitrary: chunk },
  { weight: 1, arbitrary: fc.constantFrom('[DONE]', '', 'hello', '[1]', '"[DONE]"').map((line) => [line]) },
)
const eventOf = (lines: fc.Arbitrary<readonly string[]>) =>
  fc
    .tuple(
      lines,
      fc.constantFrom('data: ', 'data: ', 'data:', 'data:  '),
      fc.subarray([': keep-alive', 'event: message', 'id: 1', 'retry', 'database: [DONE]']),
      fc.boolean(),
    )
    .map(([values, field, others, othersFirst]) => {
      const written = values.map((line) => field + line)
      return othersFirst ? [...others, ...written] : [...written, ...others]
    })
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')

/**
 * The text of a stream: any line ends, comments, data over several lines; the last event may be incomplete.
 * @param lines - the data of one event.
 */
export const streamTextOf = (lines: fc.Arbitrary<readonly string[]>, maxEvents = 6): fc.Arbitrary<string> =>
  fc
    .record({
      events: fc.array(
        fc.oneof({ weight: 9, arbitrary: eventOf(lines) }, { weight: 1, arbitrary: fc.constant([]) }),
        { maxLength: maxEvents },
      ),
      ends: fc.oneof(
        lineEnd.map((end) => [end]),
        fc.array(lineEnd, { minLength: 1, maxLength: 7 }),
      ),
      mark: fc.constantFrom('', '', '', '\ufeff'),
      chopped: fc.constantFrom(0, 0, 1, 2),
    })
    .map(({ events, ends, mark, chopped }) => {
      let whole = mark
      let written = 0
      for (const line of events.flatMap((values) => [...values, ''])) {
        const end = ends[written++ % ends.length] ?? ''
        // An LF here would make a CRLF with the line end before it, and no blank line.
        const wouldJoin = line === '' && whole.endsWith('\r') && end === '\n'
        whole += line + (wouldJoin ? '\r' : end)
      }
      return chopped > 0 && /[\r\n]{3}$/.test(whole) ? whole.slice(0, -chopped) : whole
    })

export const streamText = streamTextOf(data)

/** The data of an event that is such an object in most cases, its members in any order. */
export const eventDataOf = (objects: fc.Arbitrary<object>): fc.Arbitrary<string[]> =>
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(shuffled(objects), fc.constantFrom(0, 0, 0, 1))
        .map(([given, indent]) => JSON.stringify(given, null, indent).split('\n')),
    },
    { weight: 1, arbitrary: fc.constantFrom('[DONE]', '', 'hello', '[1]').map((line) => [line]) },
  )

export interface ReadEvent {
  /** The event's text with all its line ends. */
  readonly text: string
  readonly data: string | undefined
}

/** Splits as the specification describes it. */
export function readEvents(stream: string): ReadEvent[] {
  const events: ReadEvent[] = []
  let pending = ''
  let lines: string[] = []
  const finish = (): void => {
    const values = lines
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^ /, ''))
    events.push({ text: pending, data: values.length > 0 ? values.join('\n') : undefined })
    pending = ''
    lines = []
  }
  for (const [whole, line = ''] of stream.matchAll(/([^\r\n]*)(?:\r\n|\r|\n|$)/g)) {
    if (whole === '') continue
    pending += whole
    if (line === '') finish()
    else lines.push(pending === whole ? line.replace(/^\ufeff/, '') : line)
  }
  if (pending !== '') finish()
  return events
}

const textKeys = new Set(['content', 'reasoning_content', 'reasoning', 'refusal', 'text', 'arguments'])
const hasText = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(
    ([key, inner]) => (textKeys.has(key) && typeof inner === 'string' && inner !== '') || hasText(inner),
  )

function parseObject(data: string | undefined): Record<string, unknown> | undefined {
  return data?.trimStart().startsWith('{') ? (JSON.parse(data) as Record<string, unknown>) : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Whether the event is a chunk that holds nothing but usage. */
export function isUsageOnly({ data }: ReadEvent): boolean {
  const value = parseObject(data)
  return (
    value !== undefined && Array.isArray(value.choices) && value.choices.length === 0 && isObject(value.usage)
  )
}

/** Whether a chunk has a member beside those of every chunk. */
export const hasMore = ({ data }: ReadEvent): boolean =>
  Object.entries(parseObject(data) ?? {}).some(
    ([key, value]) => value !== null && !['id', 'choices', 'usage'].includes(key),
  )

/** @returns the facts that a tap must have read after all these events. */
export function readFacts(events: readonly ReadEvent[]) {
  let usage: Usage | undefined
  let [deltas, done, reportsError] = [0, false, false]
  for (const { data } of events) {
    if (data?.trimStart().startsWith('[DONE]')) done = true
    const value = parseObject(data)
    if (!value) continue
    if (hasText(value.choices)) deltas += 1
    if (isObject(value.error)) reportsError = true
    if (!isObject(value.usage)) continue
    const [prompt, completion] = [
      value.usage.prompt_tokens ?? value.usage.input_tokens,
      value.usage.completion_tokens ?? value.usage.output_tokens,
    ].map((count) => (Number.isSafeInteger(count) && (count as number) >= 0 ? (count as number) : undefined))
    const read = {
      ...(prompt === undefined ? {} : { promptTokens: prompt }),
      ...(completion === undefined ? {} : { completionTokens: completion }),
    }
    if (Object.keys(read).length > 0) usage = read
  }
  return { usage, deltas, done, reportsError, nextSequenceNumber: 0 }
}
