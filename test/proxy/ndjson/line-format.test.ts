// Responses of Ollama's own API, read while they are passed on.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineReader } from '../../../src/proxy/apis/response-formats.ts'
import { cut, fractions, shuffled } from '../json/arbitrary-json.ts'

const LINES = { 'content-type': 'application/x-ndjson' }
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

function run(chunks: readonly Buffer[], headers: Record<string, string> = LINES, status = 200) {
  const reader = createLineReader({ status, headers, hideUsage: false })
  const forwarded = [...chunks.map((chunk) => reader.push(chunk)), reader.end()].filter(
    (part) => part !== null,
  )
  const { facts, isStream } = reader
  return { forwarded: Buffer.concat(forwarded).toString(), facts, isStream, isCut: reader.isCut() }
}
const readText = (text: string) => run([Buffer.from(text)])
const line = (members: object): string => `${JSON.stringify({ model: 'm', ...members })}\n`

const word = line({ message: { role: 'assistant', content: 'hi' }, done: false })
const last = line({
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  context: [1, 2, 3],
  prompt_eval_count: 11,
  eval_count: 2,
})

describe('a stream of lines', () => {
  it('is complete with its last line, which has the usage', () => {
    const { facts, isCut } = readText(word + word + last)
    expect(facts).toMatchObject({
      deltas: 2,
      done: true,
      reportsError: false,
      usage: { promptTokens: 11, completionTokens: 2 },
    })
    expect(isCut).toBe(false)
    expect(readText(word + last.trimEnd())).toMatchObject({ facts: { done: true }, isCut: false })
    expect(readText(word)).toMatchObject({ facts: { done: false, usage: undefined }, isCut: true })
  })

  it('is not over before its last line is complete, which has its counts behind done', () => {
    const reader = createLineReader({ status: 200, headers: LINES, hideUsage: false })
    const bytes = Buffer.from(last)
    const middle = bytes.indexOf('"done_reason"')
    reader.push(bytes.subarray(0, middle))
    expect(reader.facts.done).toBe(false)
    expect(reader.isAtBoundary()).toBe(false)
    reader.push(bytes.subarray(middle))
    expect(reader.facts).toMatchObject({ done: true, usage: { promptTokens: 11 } })
    expect(reader.isAtBoundary()).toBe(true)
  })

  it('counts content, thinking, tool calls and responses, and nothing else', () => {
    const counted = [
      { message: { content: 'a' } },
      { message: { content: '', thinking: 'a' } },
      { message: { content: '', tool_calls: [{ function: { name: 'f', arguments: {} } }] } },
      { response: 'a' },
      { response: '', thinking: 'a' },
    ]
    const others = [
      { message: { content: '', role: 'a' } },
      { response: '' },
      { content: 'a' },
      { error: null },
    ]
    expect(readText(counted.map(line).join('')).facts.deltas).toBe(counted.length)
    expect(readText(others.map(line).join('')).facts).toMatchObject({ deltas: 0, reportsError: false })
  })

  it('ends with an error', () => {
    const { facts, isCut } = readText(`${word}{"error":"model runner has stopped"}\n`)
    expect(facts).toMatchObject({ deltas: 1, done: true, reportsError: true })
    expect(isCut).toBe(false)
  })

  it('returns every chunk as it is, and reads a line of any length', () => {
    const reader = createLineReader({ status: 200, headers: LINES, hideUsage: true })
    const chunk = Buffer.alloc(1_048_576, '1,')
    const begin = Buffer.from('{"done":true,"context":[')
    expect(reader.push(begin)).toBe(begin)
    for (let count = 0; count < 4; count += 1) expect(reader.push(chunk)).toBe(chunk)
    reader.push(Buffer.from('1],"prompt_eval_count":3,"eval_count":4}\n'))
    expect(reader.facts).toMatchObject({ done: true, usage: { promptTokens: 3, completionTokens: 4 } })
  })
})

describe('a response that is not streamed', () => {
  const body = line({ message: { content: 'hi' }, done: true, prompt_eval_count: 5, eval_count: 7 })

  it('has its usage among its members', () => {
    const whole = run([Buffer.from(body)], JSON_TYPE)
    expect(whole).toMatchObject({
      forwarded: body,
      isStream: false,
      isCut: false,
      facts: { usage: { promptTokens: 5, completionTokens: 7 }, reportsError: false },
    })
    expect(run([Buffer.from(body.slice(0, 20))], JSON_TYPE).isCut).toBe(true)
    const failed = run([Buffer.from('{"error":"no"}')], JSON_TYPE)
    expect(failed.facts.reportsError).toBe(true)
    expect(run([Buffer.from(body)], JSON_TYPE, 500).facts.usage).toBeUndefined()
  })
})

const words = fc.constantFrom('', 'hi', '{"done":true}\n', '"eval_count":9', 'é😀', '\\', '"')
const count = fc.oneof(
  { weight: 3, arbitrary: fc.nat(1000) },
  { weight: 1, arbitrary: fc.constantFrom(null, -1, '7', 1.5) },
)
const misleading = { done: true, error: 'no', eval_count: 77, content: 'a' }
const members = fc.record(
  {
    message: fc.record(
      { content: words, thinking: words, tool_calls: fc.constant([{ function: misleading }]), role: words },
      { requiredKeys: [] },
    ),
    response: words,
    thinking: words,
    done: fc.constantFrom(true, false, false, false),
    error: fc.constantFrom<unknown>('no', '', null, { message: 'no' }),
    context: fc.constant([1, [misleading], misleading]),
    prompt_eval_count: count,
    eval_count: count,
    options: fc.constant(misleading),
  },
  { requiredKeys: [] },
)
const anyLine = fc.oneof(
  { weight: 9, arbitrary: shuffled(members).map((object) => JSON.stringify(object)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', ' ', 'hello', '{"message":{"content":"a', '[{"done":true}]', '"'),
  },
)

const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/** The facts that a reader must have after these lines, each of which is parsed. */
function referenceFacts(lines: readonly string[]) {
  let usage: object | undefined
  let [deltas, done, reportsError] = [0, false, false]
  for (const each of lines) {
    let parsed: Record<string, unknown> & { message?: Record<string, unknown> }
    try {
      parsed = JSON.parse(each) as typeof parsed
    } catch {
      continue
    }
    if (typeof parsed !== 'object' || Array.isArray(parsed)) continue
    const { message = {} } = parsed
    const texts = [parsed.response, parsed.thinking, message.content, message.thinking]
    if (texts.some(isFilled) || message.tool_calls !== undefined) deltas += 1
    const hasError = isFilled(parsed.error) || (typeof parsed.error === 'object' && parsed.error !== null)
    reportsError ||= hasError
    done ||= parsed.done === true || hasError
    const { prompt_eval_count: prompt, eval_count: completion } = parsed
    if (isCount(prompt) || isCount(completion))
      usage = {
        promptTokens: isCount(prompt) ? prompt : undefined,
        completionTokens: isCount(completion) ? completion : undefined,
      }
  }
  return { usage, deltas, done, reportsError, nextSequenceNumber: 0 }
}

it('passes on the same bytes and knows the same, wherever they are cut', () => {
  const lineEnd = fc.constantFrom('\n', '\n', '\r\n')
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 8 }), lineEnd, fractions, (lines, end, places) => {
      const given = lines.map((each) => each + end).join('')
      const { forwarded, facts, isCut } = run(cut(Buffer.from(given), places))
      expect(forwarded).toBe(given)
      expect(facts).toEqual(referenceFacts(lines))
      expect(isCut).toBe(!facts.done)
    }),
    { numRuns: 2000 },
  )
})

it('reads a response that is not streamed alike, wherever it is cut', () => {
  fc.assert(
    fc.property(members, fc.constantFrom(undefined, 1), fractions, (given, indent, places) => {
      const text = JSON.stringify(given, null, indent)
      const { forwarded, facts } = run(cut(Buffer.from(text), places), JSON_TYPE)
      const { usage, reportsError } = referenceFacts([JSON.stringify(given)])
      expect(forwarded).toBe(text)
      expect({ usage: facts.usage, reportsError: facts.reportsError }).toEqual({ usage, reportsError })
    }),
    { numRuns: 500 },
  )
})
