import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGatewayError } from '../../../src/core/gateway-error.ts'
import { translateRequest } from '../../../src/proxy/translation/request/translate-request.ts'
import { jsonText, space } from '../json/arbitrary-json.ts'

const text = (body: string): string => translateRequest(Buffer.from(body)).toString()
const translate = (body: object): unknown => JSON.parse(text(JSON.stringify(body)))
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })
const say = (words: string) => ({ type: 'text', text: words })
const messagesOf = (messages: readonly unknown[], fields: object = {}): unknown =>
  (translate({ messages, ...fields }) as { messages: unknown }).messages

function refusalOf(body: object): { param: string | undefined; detail: string } {
  try {
    translate(body)
  } catch (error) {
    if (isGatewayError(error) && error.statusCode === 400)
      return { param: error.param, detail: error.message }
    throw error
  }
  throw new Error('the request was translated')
}

const PNG = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }
const PNG_PART = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
const use = (id: string, input: unknown = {}) => ({ type: 'tool_use', id, name: 'look', input })
const call = (id: string, given = '{}') => ({
  id,
  type: 'function',
  function: { name: 'look', arguments: given },
})
const result = (id: string, content?: unknown, fields: object = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...fields,
})

describe('the members of a request for a message', () => {
  it('become those of a chat completion', () => {
    expect(
      translate({
        model: 'm',
        max_tokens: 100,
        system: 'Be brief.',
        messages: [user('Hi')],
        stop_sequences: ['END'],
        temperature: 0.5,
        top_p: 0.9,
        top_k: 40,
        stream: true,
        metadata: { user_id: 'u1' },
        output_config: { effort: 'medium', format: { type: 'json_schema', schema: { type: 'object' } } },
      }),
    ).toEqual({
      model: 'm',
      max_tokens: 100,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      stop: ['END'],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stream: true,
      user: 'u1',
      reasoning_effort: 'medium',
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'output', schema: { type: 'object' }, strict: true },
      },
    })
  })

  it.each([
    ['a budget of thinking', { thinking: { type: 'enabled', budget_tokens: 2048 } }, {}],
    [
      'what is for the cache and context of Anthropic',
      { cache_control: { type: 'ephemeral' }, context_management: {} },
      {},
    ],
    ['tiers and speed', { service_tier: 'auto', speed: 'fast' }, {}],
    ['null', { system: null, tools: null, metadata: null, container: null, stop_sequences: null }, {}],
    ['empty lists, which servers refuse', { tools: [], stop_sequences: [] }, {}],
    ['an id of a user that servers refuse as too long', { metadata: { user_id: 'u'.repeat(65) } }, {}],
    [
      'effort above the highest that all servers know',
      { output_config: { effort: 'max' } },
      { reasoning_effort: 'high' },
    ],
    [
      'what servers add of their own',
      { chat_template_kwargs: { a: 1 }, min_p: 0.1 },
      { chat_template_kwargs: { a: 1 }, min_p: 0.1 },
    ],
    [
      'the former name of a format',
      { output_format: { type: 'json_schema', schema: {} } },
      { response_format: { type: 'json_schema', json_schema: { name: 'output', schema: {}, strict: true } } },
    ],
  ])('hold for %s', (_name, given, expected) => {
    expect(translate({ messages: [user('Hi')], ...given })).toEqual({ messages: [user('Hi')], ...expected })
  })

  it.each([
    'container',
    'inference_geo',
    'mcp_servers',
    'thread',
    'n',
    'stop',
    'stream_options',
    'response_format',
  ])('are refused by name where there is no counterpart: %s', (key) => {
    const { param, detail } = refusalOf({ messages: [user('Hi')], [key]: {} })
    expect(param).toBe(key)
    expect(detail).toContain(key)
  })

  it('keep the text of the client: numbers, escapes and the order of keys', () => {
    const body = `{ "max_tokens": 1e2, "temperature":1.0, "messages":[{"role":"user","content":"\\u00e9 \\/"},
      {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"b": 12345678901234567890, "1":1.0}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"\\ud83d"}]}],
      "tools":[{"name":"f","input_schema":{"type":"object", "maximum": 1E400}}] }`
    const translated = text(body)
    expect(translated).toContain('"max_tokens":1e2,"temperature":1.0,')
    expect(translated).toContain('"content":"\\u00e9 \\/"')
    expect(translated).toContain('"arguments":"{\\"b\\": 12345678901234567890, \\"1\\":1.0}"')
    expect(translated).toContain('"content":"\\ud83d"')
    expect(translated).toContain('"parameters":{"type":"object", "maximum": 1E400}')
  })
})

describe('the conversation', () => {
  it.each([
    ['text', [user([say('a')])], [user('a')]],
    [
      'several texts as one, since not every server takes parts',
      [user([say('a'), say(''), say('b')])],
      [user('a\n\nb')],
    ],
    ['images', [user([{ type: 'image', source: PNG }, say('what?')])], [user([PNG_PART, say('what?')])]],
    [
      'images by address',
      [user([{ type: 'image', source: { type: 'url', url: 'https://x/y.png' } }])],
      [user([{ type: 'image_url', image_url: { url: 'https://x/y.png' } }])],
    ],
    [
      'text documents',
      [
        user([
          {
            type: 'document',
            title: 'T',
            context: 'C',
            source: { type: 'text', media_type: 'text/plain', data: 'D' },
          },
        ]),
      ],
      [user('T\n\nC\n\nD')],
    ],
    [
      'documents of blocks',
      [
        user([
          {
            type: 'document',
            source: { type: 'content', content: [say('D'), { type: 'image', source: PNG }] },
          },
        ]),
      ],
      [user([say('D'), PNG_PART])],
    ],
    [
      'results of a search',
      [user([{ type: 'search_result', source: 'https://x', title: 'T', content: [say('R')] }])],
      [user('T\n\nhttps://x\n\nR')],
    ],
    ['messages of one role in a row', [user('a'), user([say('b')])], [user('a\n\nb')]],
    [
      'instructions before the first turn',
      [{ role: 'system', content: 'S' }, user('a')],
      [{ role: 'system', content: 'S' }, user('a')],
    ],
    [
      'instructions inside the conversation',
      [user('a'), assistant('b'), { role: 'system', content: [say('S')] }, user('c')],
      [user('a'), assistant('b'), user('S\n\nc')],
    ],
    ['a turn without content', [user([]), assistant([]), user('a')], [user(''), assistant(''), user('a')]],
    ['members for the cache', [user([{ ...say('a'), cache_control: { type: 'ephemeral' } }])], [user('a')]],
  ])('holds %s', (_name, given, expected) => {
    expect(messagesOf(given)).toEqual(expected)
  })

  it('holds calls of tools, and each result in a message before all else of its turn', () => {
    const given = [
      user('go'),
      assistant([say('looking'), use('a', { q: 1 }), use('b')]),
      user([
        say('and then?'),
        result('a', [say('one'), say('two')]),
        result('b', 'no such file', { is_error: true }),
        result('c'),
      ]),
      assistant([use('d')]),
      user([result('d', [say('see'), { type: 'image', source: PNG }])]),
    ]
    expect(messagesOf(given)).toEqual([
      user('go'),
      { ...assistant('looking'), tool_calls: [call('a', '{"q":1}'), call('b')] },
      { role: 'tool', tool_call_id: 'a', content: 'one\n\ntwo' },
      { role: 'tool', tool_call_id: 'b', content: 'Error: no such file' },
      { role: 'tool', tool_call_id: 'c', content: '' },
      user('and then?'),
      { ...assistant(null), tool_calls: [call('d')] },
      { role: 'tool', tool_call_id: 'd', content: 'see' },
      user([say('Images of the tool result d:'), PNG_PART]),
    ])
  })

  it("returns a backend's reasoning in the member in which it came, and leaves out that of other servers", () => {
    const thought = (signature?: string) => ({ type: 'thinking', thinking: `by ${signature}`, signature })
    const given = [
      user('a'),
      assistant([thought('reasoning_content'), { type: 'redacted_thinking', data: 'x' }, say('b')]),
      user('c'),
      assistant([thought('reasoning'), say('d')]),
      user('e'),
      assistant([thought('EqoBCkgIARAB'), thought(), say('f')]),
      user('g'),
    ]
    expect(messagesOf(given)).toEqual([
      user('a'),
      { ...assistant('b'), reasoning_content: 'by reasoning_content' },
      user('c'),
      { ...assistant('d'), reasoning: 'by reasoning' },
      user('e'),
      assistant('f'),
      user('g'),
    ])
  })

  it("leaves out the line by which Claude Code marks each request, which would defeat a backend's cache", () => {
    const system = [
      say('x-anthropic-billing-header: cc_version=2; cch=1;'),
      say('You help.'),
      say('Be kind.'),
    ]
    expect(messagesOf([user('a')], { system })).toEqual([
      { role: 'system', content: 'You help.\n\nBe kind.' },
      user('a'),
    ])
  })

  it.each([
    ['the beginning of an answer', [user('a'), assistant('{')], 'messages', 'cannot continue'],
    [
      'a PDF',
      [user([{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: '' } }])],
      'messages.0.content.0.source',
      '"base64"',
    ],
    [
      'an uploaded image',
      [user([say('a'), { type: 'image', source: { type: 'file', file_id: 'f' } }])],
      'messages.0.content.1.source',
      '"file"',
    ],
    [
      'citations',
      [user([{ type: 'document', citations: { enabled: true }, source: { type: 'text', data: 'D' } }])],
      'messages.0.content.0',
      'citations',
    ],
    [
      'what Anthropic ran',
      [
        user('a'),
        assistant([{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }]),
        user('b'),
      ],
      'messages.1.content.0',
      '"server_tool_use"',
    ],
    [
      'an image of the assistant',
      [assistant([{ type: 'image', source: PNG }]), user('a')],
      'messages.0.content.0',
      '"image"',
    ],
    [
      'an unknown block',
      [user([{ type: 'container_upload' }])],
      'messages.0.content.0',
      '"container_upload"',
    ],
    ['an unknown role', [{ role: 'tool', content: '' }], 'messages.0.role', 'must be'],
    ['a missing member', [user([{ type: 'text' }])], 'messages.0.content.0.text', 'is missing'],
    ['a wrong type', [user([say(1 as never)])], 'messages.0.content.0.text', 'must be a string'],
    ['no object', [1], 'messages.0', 'must be an object'],
    ['no array', [user({})], 'messages.0.content', 'must be an array'],
    [
      'input that is no object',
      [assistant([use('a', [])]), user('b')],
      'messages.0.content.0.input',
      'must be an object',
    ],
  ])('is refused by its place where it holds %s', (_name, messages, param, words) => {
    const refusal = refusalOf({ messages })
    expect(refusal.param).toBe(param)
    expect(refusal.detail).toContain(words)
  })

  it('is refused where it is missing', () => {
    expect(refusalOf({ model: 'm' })).toEqual({ param: 'messages', detail: 'messages is missing.' })
  })
})

describe('tools', () => {
  const tool = { name: 'look', description: 'Looks.', input_schema: { type: 'object' } }
  const fn = {
    type: 'function',
    function: { name: 'look', description: 'Looks.', parameters: { type: 'object' } },
  }
  const toolsOf = (fields: object): unknown => {
    const { messages: _messages, ...rest } = translate({ messages: [user('a')], ...fields }) as {
      messages: unknown
    }
    return rest
  }

  it.each([
    [{ type: 'auto' }, { tool_choice: 'auto' }],
    [
      { type: 'any', disable_parallel_tool_use: true },
      { tool_choice: 'required', parallel_tool_calls: false },
    ],
    [{ type: 'none' }, { tool_choice: 'none' }],
    [{ type: 'tool', name: 'look' }, { tool_choice: { type: 'function', function: { name: 'look' } } }],
    [null, {}],
  ])('are functions, and their choice %j that of functions', (tool_choice, expected) => {
    expect(toolsOf({ tools: [{ ...tool, cache_control: {}, type: 'custom' }], tool_choice })).toEqual({
      tools: [fn],
      ...expected,
    })
  })

  it('keep that they are strict', () => {
    const tools = [{ name: 'f', input_schema: {}, strict: true }]
    expect(toolsOf({ tools })).toEqual({
      tools: [{ type: 'function', function: { name: 'f', parameters: {}, strict: true } }],
    })
  })

  it.each([
    [{ tools: [tool, { type: 'web_search_20250305', name: 'web_search' }] }, 'tools.1', '"web_search"'],
    [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'tools.0', '"bash_20250124"'],
    [{ tools: [{ name: 'f' }] }, 'tools.0.input_schema', 'is missing'],
    [{ tools: [tool], tool_choice: { type: 'some' } }, 'tool_choice.type', 'must be'],
    [{ tool_choice: { type: 'any' } }, 'tool_choice', 'needs tools'],
  ])('are refused by name where a chat cannot have them: %j', (fields, param, words) => {
    const refusal = refusalOf({ messages: [user('a')], ...fields })
    expect(refusal.param).toBe(param)
    expect(refusal.detail).toContain(words)
  })
})

interface Said {
  readonly calls: readonly {
    readonly id: string
    readonly input: string
    readonly result: string | undefined
  }[]
  readonly words: string
  readonly answer: string
}

const words = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('"}]', '\\u0041', '\n'),
)
const said: fc.Arbitrary<Said> = fc.record({
  calls: fc.array(
    fc.record({
      id: fc.uuid(),
      input: fc
        .array(jsonText, { maxLength: 2 })
        .map((values) => `{ ${values.map((value, index) => `"k${index}": ${value}`).join(' ,')}}`),
      result: fc.option(words, { nil: undefined }),
    }),
    { maxLength: 3 },
  ),
  words,
  answer: words,
})

/** The turns in Anthropic's form, as text. */
const writeTurns = ({ calls, words: asked, answer }: Said, gap: string): string[] => [
  `{"role":"user",${gap}"content":${JSON.stringify(asked)}}`,
  `{"content":[{"type":"text","text":${JSON.stringify(answer)}}${calls.map(({ id, input }) => `,${gap}{"input":${input},"id":"${id}","type":"tool_use","name":"look"}`).join('')}],"role":"assistant"${gap}}`,
  ...(calls.length > 0
    ? [
        `{"role":"user","content":[${calls.map((each) => JSON.stringify(result(each.id, each.result))).join(',')}]}`,
      ]
    : []),
]

/** What a chat must hold of them. */
const expectTurns = ({ calls, words: asked, answer }: Said): object[] => [
  user(asked),
  {
    ...assistant(answer),
    ...(calls.length > 0 ? { tool_calls: calls.map(({ id, input }) => call(id, input)) } : {}),
  },
  ...calls.map((each) => ({ role: 'tool', tool_call_id: each.id, content: each.result ?? '' })),
]

describe('any conversation', () => {
  it('is a chat of the same words, whose calls have the very text of their input', () => {
    fc.assert(
      fc.property(fc.array(said, { minLength: 1, maxLength: 4 }), space, (turns, gap) => {
        const written = [...turns.flatMap((turn) => writeTurns(turn, gap)), JSON.stringify(user('last'))]
        const { messages } = JSON.parse(text(`{${gap}"messages":[${written.join(`${gap},`)}]}`)) as {
          messages: unknown
        }
        const expected = turns.flatMap(expectTurns)
        expect(messages).toEqual([...expected, user('last')])
      }),
    )
  })
})
