import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createStreamTranslator } from '../../../src/proxy/translation/stream-translator.ts'
import { translateResponse } from '../../../src/proxy/translation/translate-response.ts'
import { cut, fractions } from '../json/arbitrary-json.ts'
import { answer, asChunks, asCompletion, asMessage, style } from './arbitrary-answers.ts'

const sse = (data: readonly string[], end = '\n'): string =>
  data.map((each) => `data: ${each}${end}${end}`).join('')

interface Translated {
  readonly text: string
  readonly isComplete: boolean
  readonly hasFailed: boolean
}

function translate(stream: string, at: readonly number[] = []): Translated {
  const translator = createStreamTranslator()
  const pieces = cut(Buffer.from(stream), at).map((chunk) => translator.push(chunk))
  const text = Buffer.concat([...pieces, translator.end()].filter((piece) => piece !== null)).toString()
  return { text, isComplete: translator.isComplete(), hasFailed: translator.hasFailed() }
}

interface Event {
  readonly type: string
  readonly index?: number
  readonly delta?: Readonly<Record<string, unknown>>
  readonly content_block?: Readonly<Record<string, unknown>>
  readonly usage?: object
  readonly error?: object
}

function eventsOf({ text }: Translated): Event[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('event: '))
    .map((event) => {
      const [name, data] = event.split('\n') as [string, string]
      const parsed = JSON.parse(data.slice('data: '.length)) as Event
      expect(name).toBe(`event: ${parsed.type}`)
      return parsed
    })
}

/** The message that Anthropic's library reads from the bytes. */
function accumulated(text: string): Promise<unknown> {
  const fetch = () =>
    Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } }))
  const client = new Anthropic({ apiKey: 'x', baseURL: 'http://localhost', fetch, maxRetries: 0 })
  return client.messages
    .stream({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] })
    .finalMessage()
}

const chunk = (delta: object, rest: object = {}, outer: object = {}): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: null, ...rest }],
    ...outer,
  })
const finish = (reason = 'stop', outer: object = {}): string => chunk({}, { finish_reason: reason }, outer)
const callPiece = (index: number, args: string, fields: object = {}, name?: string): string =>
  chunk({ tool_calls: [{ index, ...fields, function: { ...(name ? { name } : {}), arguments: args } }] })
const usage = { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 }

/** Types, indexes and texts, in short. */
const outline = (stream: string): string[] =>
  eventsOf(translate(stream)).map(({ type, index, delta, content_block: block }) => {
    const text = delta?.['text'] ?? delta?.['thinking'] ?? delta?.['partial_json'] ?? delta?.['signature']
    if (type === 'content_block_start')
      return `start ${index} ${[block?.['type'], block?.['name']].join(' ')}`.trim()
    if (type === 'content_block_delta') return `${index} ${String(text)}`
    return type === 'content_block_stop' ? `stop ${index}` : type.replace('message_', '')
  })

describe('the stream of any answer', () => {
  it('is the same message as the unstreamed answer to Anthropic’s library', async () => {
    await fc.assert(
      fc.asyncProperty(answer, style, async (from, how) => {
        const { text, isComplete } = translate(sse(asChunks(from, how)))
        expect(isComplete).toBe(true)
        const whole = JSON.parse(
          translateResponse(Buffer.from(JSON.stringify(asCompletion(from)))).toString(),
        ) as object
        expect(await accumulated(text)).toMatchObject(whole)
        expect(whole).toEqual(asMessage(from))
      }),
    )
  })

  it('is translated to the same bytes wherever it is cut, whatever its line ends and comments', () => {
    const end = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(answer, style, end, fractions, (from, how, lineEnd, at) => {
        const comments = `: hold${lineEnd}${lineEnd}:${lineEnd}${lineEnd}`
        const stream = (comment: string, own: string): string =>
          asChunks(from, how)
            .map((each, index) => (index % 3 === 1 ? comment : '') + `data: ${each}${own}${own}`)
            .join('')
        const plain = translate(stream(': hold\n\n:\n\n', '\n'))
        expect(translate(stream(comments, lineEnd), at)).toEqual(plain)
      }),
    )
  })

  it('has one block open at a time, whose indexes follow each other', () => {
    fc.assert(
      fc.property(answer, style, (from, how) => {
        let next = 0
        let isOpen = false
        const events = eventsOf(translate(sse(asChunks(from, how))))
        for (const { type, index } of events) {
          if (type === 'content_block_start') {
            expect([isOpen, index]).toEqual([false, next])
            isOpen = true
          } else if (type === 'content_block_delta') expect([isOpen, index]).toEqual([true, next])
          else if (type === 'content_block_stop') {
            expect([isOpen, index]).toEqual([true, next])
            isOpen = false
            next += 1
          }
        }
        expect(isOpen).toBe(false)
        expect(events[0]?.type).toBe('message_start')
        expect(events.slice(-2).map(({ type }) => type)).toEqual(['message_delta', 'message_stop'])
      }),
    )
  })

  it('has no end where it is cut anywhere before its own', () => {
    fc.assert(
      fc.property(answer, style, fc.double({ min: 0, max: 0.999, noNaN: true }), (from, how, part) => {
        const stream = sse(asChunks(from, how).slice(0, -1))
        const before = sse(asChunks(from, how).slice(0, how.usage === 'own' && from.usage ? -2 : -1))
        const isWhole = from.usage !== undefined
        expect(translate(stream).isComplete).toBe(isWhole)
        const { text, isComplete } = translate(before.slice(0, Math.floor(part * (before.length - 2))))
        expect([isComplete, text.includes('event: message_stop')]).toEqual([false, false])
      }),
    )
  })
})

describe('the stream of a server', () => {
  it.each([
    [
      'vLLM with reasoning, and usage in an event of its own',
      [
        chunk({ role: 'assistant', content: '' }, { logprobs: null }),
        chunk({ reasoning: 'Hm', reasoning_content: 'Hm' }),
        chunk({ content: 'Hi' }),
        chunk({ content: '' }, { finish_reason: 'stop', stop_reason: null }),
        JSON.stringify({ id: 'chatcmpl-1', model: 'm', choices: [], usage }),
        '[DONE]',
      ],
      [
        'start',
        'start 0 thinking',
        '0 Hm',
        '0 reasoning_content',
        'stop 0',
        'start 1 text',
        '1 Hi',
        'stop 1',
        'delta',
        'stop',
      ],
    ],
    [
      'SGLang with a call whose id and name come first',
      [
        chunk({ role: 'assistant', content: '', reasoning_content: null, tool_calls: null }),
        callPiece(0, '', { id: 'call_1', type: 'function' }, 'look'),
        callPiece(0, '{"a":', { id: null, type: 'function' }),
        callPiece(0, ' 1}'),
        finish('tool_calls'),
        '[DONE]',
      ],
      ['start', 'start 0 tool_use look', '0 {"a":', '0  1}', 'stop 0', 'delta', 'stop'],
    ],
    [
      'llama.cpp with usage and timings at the end',
      [
        chunk({ role: 'assistant', content: null }),
        chunk({ content: 'Hi' }),
        finish(),
        JSON.stringify({ choices: [], usage, timings: { prompt_n: 1 } }),
        '[DONE]',
      ],
      ['start', 'start 0 text', '0 Hi', 'stop 0', 'delta', 'stop'],
    ],
    [
      'Ollama with whole calls of one index, and usage with the end',
      [
        chunk({
          role: 'assistant',
          content: '',
          tool_calls: [
            { index: 0, id: 'c1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
          ],
        }),
        chunk({
          role: 'assistant',
          content: '',
          tool_calls: [{ index: 0, id: 'c2', type: 'function', function: { name: 'find', arguments: '{}' } }],
        }),
        finish('tool_calls', { usage }),
        '[DONE]',
      ],
      [
        'start',
        'start 0 tool_use look',
        '0 {"a":1}',
        'stop 0',
        'start 1 tool_use find',
        '1 {}',
        'stop 1',
        'delta',
        'stop',
      ],
    ],
    [
      'one that gives calls no index and every piece another id',
      [
        chunk({ tool_calls: [{ id: 'c1', function: { name: 'look', arguments: '{' } }] }),
        chunk({ tool_calls: [{ id: 'c9', function: { arguments: '}' } }] }),
        finish(),
        '[DONE]',
      ],
      ['start', 'start 0 tool_use look', '0 {', '0 }', 'stop 0', 'delta', 'stop'],
    ],
    [
      'one whose pieces of calls are interleaved',
      [
        callPiece(0, '{"a"', { id: 'c1' }, 'look'),
        callPiece(1, '{"b"', { id: 'c2' }, 'find'),
        callPiece(0, ':1}'),
        callPiece(1, ':2}'),
        finish('tool_calls'),
        '[DONE]',
      ],
      [
        'start',
        'start 0 tool_use look',
        '0 {"a"',
        '0 :1}',
        'stop 0',
        'start 1 tool_use find',
        '1 {"b"',
        '1 :2}',
        'stop 1',
        'delta',
        'stop',
      ],
    ],
    [
      'one that says text in the middle of a call',
      [
        callPiece(0, '{"a"', { id: 'c1' }, 'look'),
        chunk({ content: 'Hi' }),
        callPiece(0, ':1}'),
        finish('tool_calls'),
        '[DONE]',
      ],
      [
        'start',
        'start 0 tool_use look',
        '0 {"a"',
        '0 :1}',
        'stop 0',
        'start 1 text',
        '1 Hi',
        'stop 1',
        'delta',
        'stop',
      ],
    ],
    [
      'one whose calls have no arguments',
      [
        callPiece(0, '', { id: 'c1' }, 'look'),
        callPiece(1, '', { id: 'c2' }, 'find'),
        finish('tool_calls'),
        '[DONE]',
      ],
      ['start', 'start 0 tool_use look', 'stop 0', 'start 1 tool_use find', 'stop 1', 'delta', 'stop'],
    ],
    [
      'one that refuses',
      [chunk({ refusal: 'No.' }), finish(), '[DONE]'],
      ['start', 'start 0 text', '0 No.', 'stop 0', 'delta', 'stop'],
    ],
    ['one that says nothing', [finish(), '[DONE]'], ['start', 'delta', 'stop']],
    [
      'one that is stopped at its most tokens inside a call',
      [callPiece(0, '{"a', { id: 'c1' }, 'look'), finish('length'), '[DONE]'],
      ['start', 'start 0 tool_use look', '0 {"a', 'stop 0', 'delta', 'stop'],
    ],
  ])('%s', (_name, events, expected) => {
    expect(outline(sse(events))).toEqual(expected)
  })

  it('reports usage and the reason of the end once both are known', () => {
    const cached = { ...usage, prompt_tokens_details: { cached_tokens: 8 } }
    const events = eventsOf(
      translate(
        sse([
          chunk({ content: 'x' }),
          chunk({}, { finish_reason: 'stop', stop_reason: 'END' }),
          JSON.stringify({ choices: [], usage: cached }),
          '[DONE]',
        ]),
      ),
    )
    expect(events.at(-2)).toEqual({
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
      usage: { input_tokens: 3, cache_read_input_tokens: 8, output_tokens: 3 },
    })
    expect(translate(sse([chunk({ content: 'x' }), finish(), '[DONE]'])).text).toContain(
      '"usage":{"input_tokens":0,"output_tokens":0}',
    )
  })

  it('gives a call an id where the server has none', () => {
    const { text } = translate(sse([callPiece(0, '{}', {}, 'look'), finish('tool_calls'), '[DONE]']))
    expect(text).toMatch(/"type":"tool_use","id":"toolu_[\da-f-]{36}","name":"look"/)
  })

  it('passes each event on at once', () => {
    const translator = createStreamTranslator()
    const push = (data: string): string => translator.push(Buffer.from(sse([data])))?.toString() ?? ''
    expect(push(chunk({ role: 'assistant' }))).toContain('message_start')
    expect(push(chunk({ content: 'a' }))).toContain('"text":"a"')
    expect(push(callPiece(0, '{', { id: 'c' }, 'f'))).toContain('"partial_json":"{"')
    expect(push(callPiece(0, '}'))).toContain('"partial_json":"}"')
    expect(push(finish())).toBe('')
    expect(push('[DONE]')).toContain('message_stop')
    expect(translator.push(Buffer.from(': late\n\n'))).toBe(null)
    expect(translator.end()).toBe(null)
  })
})

describe('a stream that fails', () => {
  const begun = chunk({ content: 'x' })
  const large = chunk({ content: 'y'.repeat(1_100_000) })
  it.each([
    [
      'an error of vLLM before [DONE]',
      [begun, '{"error":{"message":"died","type":"x","code":500}}', '[DONE]'],
      'api_error',
      'died',
    ],
    [
      'an error of SGLang',
      [begun, '{"object":"error","message":"busy","code":503}'],
      'overloaded_error',
      'busy',
    ],
    ['an error instead of an answer', ['{"error":"no"}'], 'api_error', 'no'],
    [
      'half a call',
      [callPiece(0, '{"a', { id: 'c' }, 'f'), finish('tool_calls'), '[DONE]'],
      'api_error',
      'incomplete',
    ],
    [
      'a call without a name',
      [callPiece(0, '{}', { id: 'c' }), finish('tool_calls'), '[DONE]'],
      'api_error',
      'incomplete',
    ],
    [
      'more of a call that was complete',
      [callPiece(0, '{}', { id: 'c' }, 'f'), begun, callPiece(0, '{}')],
      'api_error',
      'was complete',
    ],
    ['an event that is no JSON', [begun, '{"choices'], 'api_error', 'no JSON object'],
    ['an event of another form', [begun, '{"a":1}'], 'api_error', 'no chunk'],
    ['content of another form', [begun, chunk({ content: [{ type: 'text' }] })], 'api_error', 'no chunk'],
    ['an event without bounds', [begun, large], 'api_error', 'too large'],
    [
      'calls without bounds',
      Array.from({ length: 1025 }, (_, index) => callPiece(index, '')),
      'api_error',
      'too many',
    ],
    [
      'pieces without bounds',
      [
        callPiece(0, '{', { id: 'c' }, 'f'),
        ...Array.from({ length: 6 }, () => callPiece(1, 'z'.repeat(900_000))),
      ],
      'api_error',
      'too many',
    ],
  ])('ends in an error event alone: %s', (_name, events, type, words) => {
    const translated = translate(sse(events))
    expect(translated).toMatchObject({ isComplete: false, hasFailed: true })
    const last = eventsOf(translated).at(-1)
    expect(last).toEqual({
      type: 'error',
      error: { type, message: expect.stringContaining(words) as string },
    })
    expect(translated.text).not.toContain('message_stop')
  })

  it('is an error to Anthropic’s library', async () => {
    const { text } = translate(sse([begun, '{"error":{"message":"died"}}']))
    await expect(accumulated(text)).rejects.toThrow('died')
  })

  it.each([
    ['[DONE] without a reason, as of a server that shuts down', [begun, '[DONE]']],
    ['the reason alone', [begun, finish()]],
    ['usage alone', [begun, JSON.stringify({ choices: [], usage })]],
    ['nothing', []],
  ])('has no end after %s', (_name, events) => {
    expect(translate(sse(events))).toMatchObject({ isComplete: false, hasFailed: false })
  })

  it('has its end without [DONE] once reason and usage are there', () => {
    const translated = translate(sse([begun, finish('stop', { usage })]))
    expect(translated.isComplete).toBe(true)
    expect(eventsOf(translated).filter(({ type }) => type === 'message_stop')).toHaveLength(1)
  })
})
