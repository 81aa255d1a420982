// The kinds of request that the soak sends, and how a client determines the outcome from a response.

export const CHAT_PROMPT = 'Tell me about load balancers, at some length.'
export const EMBEDDING_INPUT = 'Load balancers carry what others ask.'
/** Present in every streamed chat response, of any backend. */
export const CHAT_TOKENS = 16
// More than 90 s at the backends' pace, so that no client that disconnects has received a finished response.
const ENDLESS_TOKENS = 50_000
const SLOW_READ_TOKENS = 3_000

/** What a client does beside reading: leaves for good after so long, or reads in small sips. */
type Manner = 'reads' | 'leaves early' | 'leaves mid-stream' | 'sips'

export interface SoakRequest {
  readonly path: string
  readonly body: string
  readonly manner: Manner
  readonly isStream: boolean
  readonly hasWrongToken: boolean
}

const chatBody = (stream: boolean, tokens = CHAT_TOKENS): string =>
  JSON.stringify({
    model: 'sim-model',
    messages: [{ role: 'user', content: CHAT_PROMPT }],
    max_tokens: tokens,
    ignore_eos: true,
    stream,
  })
const completionBody = (stream: boolean, tokens: number): string =>
  JSON.stringify({
    model: 'sim-model',
    prompt: 'Once upon a time',
    max_tokens: tokens,
    ignore_eos: tokens === ENDLESS_TOKENS,
    stream,
  })
const responseBody = (stream: boolean): string =>
  JSON.stringify({ model: 'sim-model', input: 'Say hello.', max_output_tokens: 20, stream })

const request = (path: string, body: string, isStream: boolean, manner: Manner = 'reads'): SoakRequest => ({
  path,
  body,
  manner,
  isStream,
  hasWrongToken: false,
})

const chat = '/v1/chat/completions'
const completions = '/v1/completions'

/** How many in a thousand, and what. Clients that leave use a route of their own: see soak-books.ts. */
const kinds: readonly (readonly [number, SoakRequest])[] = [
  [260, request(chat, chatBody(true), true)],
  [240, request(chat, chatBody(false), false)],
  [60, request(completions, completionBody(true, 24), true)],
  [60, request(completions, completionBody(false, 24), false)],
  [
    120,
    request(
      '/v1/embeddings',
      JSON.stringify({ model: 'sim-model', input: EMBEDDING_INPUT, dimensions: 32 }),
      false,
    ),
  ],
  [60, request('/v1/responses', responseBody(true), true)],
  [60, request('/v1/responses', responseBody(false), false)],
  [25, request(completions, completionBody(true, ENDLESS_TOKENS), true, 'leaves early')],
  [25, request(completions, completionBody(false, ENDLESS_TOKENS), false, 'leaves early')],
  [30, request(completions, completionBody(true, ENDLESS_TOKENS), true, 'leaves mid-stream')],
  [1, request(completions, completionBody(true, SLOW_READ_TOKENS), true, 'sips')],
  [19, request(chat, '{"model": "sim-model", "messages": [', false)],
  [20, request(chat, '{"model": "sim-model", "messages": []}', false)],
  [20, { ...request(chat, chatBody(false), false), hasWrongToken: true }],
]

const total = kinds.reduce((sum, [share]) => sum + share, 0)

/** @param random - from 0 to 1. */
export function drawRequest(random: number): SoakRequest {
  let left = random * total
  for (const [share, kind] of kinds) {
    left -= share
    if (left < 0) return kind
  }
  throw new Error('drew beyond the end')
}

/** Whether a response that ended cleanly with status 200 is complete. @param tail - its last bytes. */
export function isWhole({ path, isStream }: SoakRequest, tail: string): boolean {
  if (!isStream) return tail.endsWith('}') && !tail.startsWith('{"error"')
  if (path === '/v1/responses') return tail.includes('"type":"response.completed"')
  return tail.endsWith('data: [DONE]\n\n') && !tail.includes('data: {"error"')
}
