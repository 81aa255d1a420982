import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { translateError } from '../../../src/proxy/translation/translate-error.ts'
import { translateResponse } from '../../../src/proxy/translation/translate-response.ts'
import { translateRequest } from '../../../src/proxy/translation/request/translate-request.ts'
import { answer, asCompletion, asMessage } from './arbitrary-answers.ts'

const translate = (body: object | string): Record<string, unknown> =>
  JSON.parse(
    translateResponse(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))).toString(),
  ) as Record<string, unknown>
/** As a client holds it that has parsed it and writes it again. */
const withoutInfinity = (text: string): unknown => JSON.parse(JSON.stringify(JSON.parse(text)))
const completion = (message: object, choice: object = {}, rest: object = {}) => ({
  id: 'chatcmpl-7',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', ...choice }],
  ...rest,
})
const called = (args: string | null, name: string | null = 'f') => ({
  content: null,
  tool_calls: [{ id: 'c1', type: 'function', function: { name, arguments: args } }],
})

describe('an unstreamed chat completion', () => {
  it('becomes the message of the same answer', () => {
    fc.assert(
      fc.property(answer, (from) => {
        expect(translate(asCompletion(from))).toEqual(asMessage(from))
      }),
    )
  })

  it('is itself again where the message is sent back in the history', () => {
    fc.assert(
      fc.property(answer, (from) => {
        const chat = asCompletion(from) as { choices: [{ message: Record<string, unknown> }] }
        const { content } = translate(chat)
        const turn = (role: string, said: unknown): object => ({ role, content: said })
        const messages = [turn('user', 'a'), turn('assistant', content), turn('user', 'b')]
        // The text of the input as the client read it: the library has parsed it.
        const again = JSON.parse(translateRequest(Buffer.from(JSON.stringify({ messages }))).toString()) as {
          messages: [unknown, { tool_calls?: { function: { arguments: string } }[] }, unknown]
        }
        const { tool_calls: calls = [], ...rest } = again.messages[1]
        const original = chat.choices[0].message
        expect(rest).toEqual({
          role: 'assistant',
          content: original['content'] ?? (calls.length > 0 ? null : ''),
          ...(original[from.member] ? { [from.member]: original[from.member] } : {}),
        })
        expect(calls.map((each) => JSON.parse(each.function.arguments) as unknown)).toEqual(
          from.calls.map(({ args }) => withoutInfinity(args.join(''))),
        )
      }),
    )
  })

  it("keeps the text of a tool's input, so that no number changes", () => {
    const input = '{"big": 12345678901234567890, "one":1.0, "10":1, "2":1}'
    expect(translateResponse(Buffer.from(JSON.stringify(completion(called(input))))).toString()).toContain(
      `"input":${input}`,
    )
  })

  it.each([
    [
      'vLLM',
      { content: '\n\nHi', reasoning: 'Hm', reasoning_content: 'Hm', tool_calls: [], refusal: null },
      [
        { type: 'thinking', thinking: 'Hm', signature: 'reasoning_content' },
        { type: 'text', text: '\n\nHi' },
      ],
    ],
    [
      'Ollama, which reports reasoning as such',
      { content: 'Hi', reasoning: 'Hm' },
      [
        { type: 'thinking', thinking: 'Hm', signature: 'reasoning' },
        { type: 'text', text: 'Hi' },
      ],
    ],
    ['a refusal', { content: null, refusal: 'No.' }, [{ type: 'text', text: 'No.' }]],
    ['nothing', { content: '' }, []],
    ['a call without arguments', called(''), [{ type: 'tool_use', id: 'c1', name: 'f', input: {} }]],
    ['a call with null for arguments', called(null), [{ type: 'tool_use', id: 'c1', name: 'f', input: {} }]],
    [
      'half a pair of surrogates',
      called('{"a":"\ud83d"}'),
      [{ type: 'tool_use', id: 'c1', name: 'f', input: { a: '\ud83d' } }],
    ],
  ])('holds the content of %s', (_name, message, content) => {
    expect(translate(completion(message)).content).toEqual(content)
  })

  it.each([
    ['stop', {}, {}, 'end_turn', null],
    ['stop at a sequence of vLLM', { stop_reason: 'END' }, {}, 'stop_sequence', 'END'],
    ['stop at a token of vLLM', { stop_reason: 151645 }, {}, 'end_turn', null],
    ['stop at a sequence of SGLang', { matched_stop: 'END' }, {}, 'stop_sequence', 'END'],
    ['stop after a call', {}, called('{}'), 'tool_use', null],
    ['stop after a refusal', {}, { refusal: 'No.' }, 'refusal', null],
    ['length', { finish_reason: 'length' }, {}, 'max_tokens', null],
    ['tool_calls', { finish_reason: 'tool_calls' }, called('{}'), 'tool_use', null],
    ['content_filter', { finish_reason: 'content_filter' }, {}, 'refusal', null],
    ['a reason of the server alone', { finish_reason: 'eos' }, {}, 'end_turn', null],
  ])('ends for the reason %s', (_name, choice, message, stop_reason, stop_sequence) => {
    expect(translate(completion({ content: 'x', ...message }, choice))).toMatchObject({
      stop_reason,
      stop_sequence,
    })
  })

  it('has an id where the server gives none', () => {
    expect(translate({ choices: [{ message: { content: 'x' }, finish_reason: 'stop' }] })).toMatchObject({
      id: expect.stringMatching(/^msg_.{36}$/) as string,
      model: '',
    })
  })

  it('leaves out half a call where the model was stopped at its most tokens', () => {
    const { content, stop_reason } = translate(
      completion({ ...called('{"a":'), content: 'x' }, { finish_reason: 'length' }),
    )
    expect([content, stop_reason]).toEqual([[{ type: 'text', text: 'x' }], 'max_tokens'])
  })

  it.each([
    ['arguments that are no JSON', completion(called('{"a":}'))],
    ['arguments that are no object', completion(called('"{}"'))],
    ['a call without a name', completion(called('{}', null))],
    ['no choice', { id: 'x', choices: [] }],
    ['a list', []],
    ['a page', '<html>'],
    ['other content', completion({ content: { text: 'x' } })],
  ])('is an error where it holds %s', (_name, body) => {
    expect(() => translate(body)).toThrow('the endpoint answered with')
  })
})

describe('an error of a chat server', () => {
  const prefix = 'prompt is too long: '
  it.each([
    [
      'OpenAI',
      401,
      { error: { message: 'Bad key', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } },
      'authentication_error',
      'Bad key',
    ],
    [
      'vLLM',
      400,
      { error: { message: 'No', type: 'BadRequestError', param: null, code: 400 } },
      'invalid_request_error',
      'No',
    ],
    ['vLLM without its key', 401, { error: 'Unauthorized' }, 'authentication_error', 'Unauthorized'],
    [
      'SGLang',
      404,
      { object: 'error', message: 'No model', type: 'NotFound', code: 404 },
      'not_found_error',
      'No model',
    ],
    ['TEI', 429, { error: 'Overloaded', error_type: 'overloaded' }, 'rate_limit_error', 'Overloaded'],
    [
      'FastAPI',
      422,
      { detail: [{ loc: ['body'], msg: 'Field required' }] },
      'invalid_request_error',
      '[{"loc":["body"],"msg":"Field required"}]',
    ],
    ['FastAPI in words', 403, { detail: 'Forbidden' }, 'permission_error', 'Forbidden'],
    ['a proxy', 502, '<html>bad gateway</html>', 'api_error', '<html>bad gateway</html>'],
    ['nobody', 503, '', 'overloaded_error', 'the endpoint answered with status 503'],
    [
      'an engine that says 200',
      200,
      { error: { message: 'died', type: 'x', code: 500 } },
      'api_error',
      'died',
    ],
    [
      'an engine that blames the client with 200',
      200,
      { error: { message: 'bad', code: 400 } },
      'invalid_request_error',
      'bad',
    ],
    [
      'OpenAI, of its context',
      400,
      { error: { message: 'Too many', code: 'context_length_exceeded' } },
      'invalid_request_error',
      `${prefix}Too many`,
    ],
    [
      'llama.cpp, of its context',
      400,
      { error: { code: 400, message: 'Too many', type: 'exceed_context_size_error' } },
      'invalid_request_error',
      `${prefix}Too many`,
    ],
    [
      'Anthropic',
      400,
      { type: 'error', error: { type: 'billing_error', message: 'Pay' } },
      'billing_error',
      'Pay',
    ],
  ])("has Anthropic's form and the words of %s", (_name, status, body, type, message) => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    expect(JSON.parse(translateError(bytes, status).toString())).toEqual({
      type: 'error',
      error: { type, message },
    })
  })
})
