import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamFormat } from '../../../src/proxy/sse/read-event.ts'
import { createStreamTap, type StreamTap } from '../../../src/proxy/response/stream-tap.ts'
import { hasMore, isUsageOnly, readEvents, readFacts, streamText } from '../sse/arbitrary-events.ts'
import { cut, fractions } from '../json/arbitrary-json.ts'

function run(chunks: readonly Buffer[], tap: StreamTap) {
  const forwarded = [...chunks.map((chunk) => tap.push(chunk)), tap.end()].filter((part) => part !== null)
  return { forwarded: Buffer.concat(forwarded).toString(), facts: tap.facts }
}

const factsOf = (text: string, format: StreamFormat = 'chunks') =>
  run([Buffer.from(text)], createStreamTap({ format, hideUsage: false })).facts

const usageChunk = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n'
const textChunk = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\n'

describe('createStreamTap', () => {
  it('counts events with output text, reads usage and sees the end', () => {
    expect(factsOf(`${textChunk}${textChunk}${usageChunk}data: [DONE]\n\n`)).toEqual({
      usage: { promptTokens: 3, completionTokens: 2 },
      deltas: 2,
      done: true,
      reportsError: false,
      nextSequenceNumber: 0,
    })
  })

  it('reports no usage where there is none', () => {
    expect(factsOf(`${textChunk}data: [DONE]\n\n`).usage).toBeUndefined()
    expect(factsOf('data: {"choices":[],"usage":{"prompt_tokens":3}}\n\n').usage).toEqual({ promptTokens: 3 })
    expect(factsOf('data: {"choices":[],"usage":null}\n\n').usage).toBeUndefined()
  })

  it.each([
    '{"choices":[{"delta":{"content":"a"}}]}',
    '{"choices":[{"delta":{"content":null,"reasoning_content":"a"}}]}',
    '{"choices":[{"delta":{"reasoning":"a"}}]}',
    '{"choices":[{"delta":{"refusal":"a"}}]}',
    '{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}',
    '{"choices":[{"text":"a"}]}',
    '{ "choices" : [ { "text" : "a" } ] }',
  ])('counts %s', (data) => {
    expect(factsOf(`data: ${data}\n\n`).deltas).toBe(1)
  })

  it.each([
    '{"choices":[{"delta":{"role":"assistant","content":""}}]}',
    '{"choices":[{"delta":{},"logprobs":{"content":[]},"finish_reason":"stop"}]}',
    '{"choices":[],"content":"a"}',
    '{"choices":[{"delta":{"label":"\\"content\\":\\"a\\""}}]}',
    '"choices"',
    '{"choices":[{"delta":{"content":',
  ])('does not count %s', (data) => {
    expect(factsOf(`data: ${data}\n\n`).deltas).toBe(0)
  })

  it('does not mistake text for an end, usage or an error', () => {
    const content = JSON.stringify('data: [DONE]\n\n"usage":{"prompt_tokens":1},"error":{}')
    expect(factsOf(`data: {"choices":[{"delta":{"content":${content}}}]}\n\n`)).toEqual({
      usage: undefined,
      deltas: 1,
      done: false,
      reportsError: false,
      nextSequenceNumber: 0,
    })
  })

  it('reports an error object, but not an error of null', () => {
    expect(factsOf('data: {"error":{"message":"no"}}\n\n')).toMatchObject({ reportsError: true, done: false })
    expect(factsOf('data: {"error":null,"choices":[]}\n\n').reportsError).toBe(false)
  })

  it('reads a last event without a blank line', () => {
    for (const hideUsage of [false, true]) {
      for (const ending of ['', '\n', '\r\n']) {
        const done = run(
          [Buffer.from(`${textChunk}data: [DONE]${ending}`)],
          createStreamTap({ format: 'chunks', hideUsage }),
        )
        expect(done.facts.done).toBe(true)
        expect(done.forwarded).toBe(`${textChunk}data: [DONE]${ending}`)
        const used = run(
          [Buffer.from(usageChunk.trimEnd() + ending)],
          createStreamTap({ format: 'chunks', hideUsage }),
        )
        expect(used.facts.usage).toEqual({ promptTokens: 3, completionTokens: 2 })
        expect(used.forwarded).toBe(hideUsage ? '' : usageChunk.trimEnd() + ending)
      }
    }
  })

  describe('for responses', () => {
    const event = (type: string, rest = '') => `event: ${type}\ndata: {"type":"${type}"${rest}}\n\n`
    const usage =
      ',"response":{"error":null,"output":[{"usage":{"input_tokens":1}}],"usage":{"input_tokens":4,"output_tokens":6},"tools":[{"usage":{"input_tokens":2}}]}'

    it('counts deltas and reads the usage of the response', () => {
      const text =
        event('response.created', ',"response":{"usage":null}') +
        event('response.output_text.delta', ',"delta":"hi"') +
        event('response.output_text.delta', ',"delta":""') +
        event('response.function_call_arguments.delta', ',"delta":"{"') +
        event('response.completed', usage)
      expect(factsOf(text, 'responses')).toEqual({
        usage: { promptTokens: 4, completionTokens: 6 },
        deltas: 2,
        done: true,
        reportsError: false,
        nextSequenceNumber: 0,
      })
    })

    it('reads the id of the response, and of nothing else', () => {
      const created = ',"response":{"output":[{"id":"msg_1"}],"id":"resp_1","usage":null}'
      const added = event('response.output_item.added', ',"id":"x","item":{"id":"msg_1"}')
      expect(factsOf(added + event('response.created', created), 'responses').objectIds).toEqual(['resp_1'])
      const next = event('response.completed', ',"response":{"id":"resp_2"}')
      expect(factsOf(event('response.created', created) + next, 'responses').objectIds).toEqual(['resp_1'])
      expect(factsOf('data: {"id":"c","choices":[]}\n\n', 'chunks').objectIds).toBeUndefined()
    })

    it('reads the number of the next event', () => {
      const numbered = event('response.created', ',"sequence_number":41')
      expect(factsOf(numbered + event('x', ',"sequence_number": "7"'), 'responses').nextSequenceNumber).toBe(
        42,
      )
      expect(factsOf(event('response.created'), 'responses').nextSequenceNumber).toBe(0)
    })

    it.each([
      ['response.incomplete', true, false],
      ['response.failed', true, true],
      ['error', true, true],
      ['response.in_progress', false, false],
    ])('reads %s as the end: %s, as an error: %s', (type, done, reportsError) => {
      expect(factsOf(event(type), 'responses')).toMatchObject({ done, reportsError })
    })
  })

  it('returns every chunk unchanged where usage is not hidden', () => {
    const tap = createStreamTap({ format: 'chunks', hideUsage: false })
    for (const text of ['data: {"cho', 'ices":[]', '}\n', '\n', usageChunk]) {
      const chunk = Buffer.from(text)
      expect(tap.push(chunk)).toBe(chunk)
    }
    expect(tap.end()).toBeNull()
  })

  it('returns a chunk of complete events as it is where usage is hidden', () => {
    const tap = createStreamTap({ format: 'chunks', hideUsage: true })
    const chunk = Buffer.from(textChunk + textChunk)
    expect(tap.push(chunk)).toBe(chunk)
    expect(tap.push(Buffer.from(usageChunk))).toBeNull()
  })

  it('holds back incomplete events only, and reports boundaries', () => {
    const tap = createStreamTap({ format: 'chunks', hideUsage: true })
    expect(tap.push(Buffer.from(`${textChunk}data: {"ch`))?.toString()).toBe(textChunk)
    expect(tap.isAtBoundary()).toBe(true)
    expect(tap.push(Buffer.from('oices":[1]}\n'))).toBeNull()
    expect(tap.push(Buffer.from('\n'))?.toString()).toBe('data: {"choices":[1]}\n\n')
    const seen = createStreamTap({ format: 'chunks', hideUsage: false })
    expect(seen.isAtBoundary()).toBe(true)
    seen.push(Buffer.from('data: {'))
    expect(seen.isAtBoundary()).toBe(false)
    seen.end()
    expect(seen.isAtBoundary()).toBe(false)
  })

  it('is inside an event after passing on an incomplete one', () => {
    const tap = createStreamTap({ format: 'chunks', hideUsage: true })
    tap.push(Buffer.from('data: {"a'))
    expect(tap.isAtBoundary()).toBe(true)
    expect(tap.end()?.toString()).toBe('data: {"a')
    expect(tap.isAtBoundary()).toBe(false)
  })

  it('passes on an event that is too large to hold without reading it', () => {
    const tap = createStreamTap({ format: 'chunks', hideUsage: true, maxEventBytes: 100 })
    const large = `data: {"choices":[],"usage":{"prompt_tokens":1},"x":"${'y'.repeat(200)}"}\n\n`
    expect(tap.push(Buffer.from(large.slice(0, 80)))).toBeNull()
    expect(tap.push(Buffer.from(large.slice(80, 150)))?.toString()).toBe(large.slice(0, 150))
    expect(tap.isAtBoundary()).toBe(false)
    expect(tap.push(Buffer.from(large.slice(150) + usageChunk))?.toString()).toBe(large.slice(150))
    expect(tap.isAtBoundary()).toBe(true)
    expect(tap.facts.usage).toEqual({ promptTokens: 3, completionTokens: 2 })
  })

  it('returns bytes that later chunks do not overwrite', () => {
    const tap = createStreamTap({ format: 'chunks', hideUsage: true })
    const outputs: (Buffer | null)[] = []
    for (const name of ['a', 'b']) {
      tap.push(Buffer.from(`data: {"${name}`))
      outputs.push(tap.push(Buffer.from('":1}\n\n')))
    }
    expect(outputs.map(String)).toEqual(['data: {"a":1}\n\n', 'data: {"b":1}\n\n'])
  })

  it('returns the same bytes and facts for any chunks', () => {
    fc.assert(
      fc.property(streamText, fractions, (text, places) => {
        const tap = createStreamTap({ format: 'chunks', hideUsage: false })
        const { forwarded, facts } = run(cut(Buffer.from(text), places), tap)
        expect(forwarded).toBe(text)
        expect(facts).toEqual(readFacts(readEvents(text)))
      }),
      { numRuns: 2000 },
    )
  })

  it('hides exactly the events that hold nothing but usage, in any chunks', () => {
    fc.assert(
      fc.property(streamText, fractions, (text, places) => {
        const tap = createStreamTap({ format: 'chunks', hideUsage: true })
        const { forwarded, facts } = run(cut(Buffer.from(text), places), tap)
        const events = readEvents(text)
        fc.pre(!events.some((event) => isUsageOnly(event) && hasMore(event)))
        const kept = events.filter((event) => !isUsageOnly(event))
        expect(forwarded).toBe(kept.map((event) => event.text).join(''))
        expect(facts).toEqual(readFacts(events))
      }),
      { numRuns: 2000 },
    )
  })

  describe('where an engine adds to the hidden event', () => {
    const timings = '{"predicted_n":2,"predicted_per_second":41.50}'
    const common = '"object":"chat.completion.chunk","id":"c-1"'
    const finish = `data: {"choices":[{"delta":{},"finish_reason":"stop"}],${common}}\n\n`
    const withTimings = `data: {"choices":[],${common},"usage":{"prompt_tokens":3},"timings":${timings},"extra":null}\n\n`
    const hide = (...chunks: string[]) =>
      run(
        chunks.map((chunk) => Buffer.from(chunk)),
        createStreamTap({ format: 'chunks', hideUsage: true }),
      )

    it('puts it into the finish event, where it is without usage, if both arrive together', () => {
      const { forwarded, facts } = hide(textChunk + finish + withTimings + 'data: [DONE]\n\n')
      const ended = finish.replace('}\n\n', `,"timings":${timings}}\n\n`)
      expect(forwarded).toBe(`${textChunk}${ended}data: [DONE]\n\n`)
      expect(facts).toMatchObject({ usage: { promptTokens: 3 }, deltas: 1, done: true })
    })

    it('never holds the finish event for a later chunk, and then sends it with a choice without text', () => {
      const tap = createStreamTap({ format: 'chunks', hideUsage: true })
      expect(tap.push(Buffer.from(finish))?.toString()).toBe(finish)
      expect(tap.push(Buffer.from(withTimings))?.toString()).toBe(
        `data: {"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":null}],${common},"timings":${timings},"extra":null}\n\n`,
      )
      const completion = withTimings.replace('chat.completion.chunk', 'text_completion')
      expect(hide(completion).forwarded).toContain('"choices":[{"index":0,"text":"",')
    })

    it('leaves out what every event has, and passes the finish event on where nothing is added', () => {
      const plain = withTimings.replace(/,"timings".*\}/, ',"service_tier":"default","obfuscation":"x"}')
      expect(hide(finish + plain).forwarded).toBe(finish)
      expect(hide(finish + textChunk).forwarded).toBe(finish + textChunk)
      expect(hide(finish).forwarded).toBe(finish)
    })

    it('adds it once and never shows usage, in any chunks', () => {
      const texts = fc.array(
        fc.constantFrom(textChunk, finish, ': wait\n\n', finish.replaceAll('\n', '\r\n')),
      )
      fc.assert(
        fc.property(texts, texts, fractions, (before, after, places) => {
          const text = before.join('') + withTimings + after.join('')
          const chunks = cut(Buffer.from(text), places).map(String)
          const { forwarded } = hide(...chunks)
          const events = readEvents(forwarded).flatMap(({ data }) => (data === undefined ? [] : [data]))
          expect(forwarded.split(timings)).toHaveLength(2)
          for (const data of events) expect(JSON.parse(data)).not.toHaveProperty('usage')
          for (const data of events) expect(data).not.toContain('"choices":[]')
        }),
      )
    })
  })

  it('accepts any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.boolean(), (chunks, hideUsage) => {
        const buffers = chunks.map((chunk) => Buffer.from(chunk))
        const tap = createStreamTap({ format: 'responses', hideUsage })
        const forwarded = [...buffers.map((chunk) => tap.push(chunk)), tap.end()].filter(
          (part) => part !== null,
        )
        expect(Buffer.concat(forwarded)).toEqual(Buffer.concat(buffers))
      }),
    )
  })
})
