// The responses of the calls that generate no text. They depend on the request alone, so that every backend sends the same.
import { hash, embed } from '../embedding-format.ts'
import { countTokens } from '../count-tokens.ts'
import { usageJson, type FormatContext } from '../format.ts'
import { createRandom, drawInteger } from '../../random.ts'
import { MAX_MODEL_LEN } from '../../settings.ts'
import type {
  Classify,
  Detokenize,
  Images,
  Rerank,
  Score,
  Speech,
  Task,
  TaskRoute,
  Tokenize,
} from './task-requests.ts'

interface TaskResponse {
  readonly type: string
  readonly body: string | Buffer
}

type TaskContext = Omit<FormatContext, 'generated'>

const JSON_TYPE = 'application/json'
const DIMENSIONS = 8
/** One transparent pixel. */
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const SPEECH_BYTES_PER_CHARACTER = 256

const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as T[]) : [value as T]

const textOf = (document: Rerank['documents'][number]): string =>
  typeof document === 'string' ? document : document.text

/** From 0 to 1. */
const similarity = (a: string, b: string): number => createRandom(hash(`${a}\n${b}`))()

const usage = ({ request, settings }: TaskContext): unknown =>
  JSON.parse(usageJson(request.promptTokens, 0, settings))

function listBody(
  context: TaskContext,
  prefix: string,
  object: string,
  items: readonly object[],
): TaskResponse {
  const data = items.map((item, index) => ({ index, object, ...item }))
  const { id, created, request } = context
  const body = {
    id: `${prefix}-${id}`,
    object: 'list',
    created,
    model: request.model,
    data,
    usage: usage(context),
  }
  return { type: JSON_TYPE, body: JSON.stringify(body) }
}

function rerank(context: TaskContext, { query, documents, top_n: top }: Rerank): TaskResponse {
  const results = documents
    .map((document, index) => ({
      index,
      document: { text: textOf(document) },
      relevance_score: similarity(query, textOf(document)),
    }))
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, top ?? documents.length)
  const body = { id: `rerank-${context.id}`, model: context.request.model, usage: usage(context), results }
  return { type: JSON_TYPE, body: JSON.stringify(body) }
}

const score = (context: TaskContext, { text_1: one, text_2: other }: Score): TaskResponse =>
  listBody(
    context,
    'score',
    'score',
    listOf(other).map((text, at) => ({ score: similarity(listOf(one)[at] ?? listOf(one)[0] ?? '', text) })),
  )

const classify = (context: TaskContext, { input }: Classify): TaskResponse =>
  listBody(
    context,
    'classify',
    'classification',
    listOf(input).map((text) => {
      const share = similarity('class', text)
      return { label: share > 0.5 ? 'yes' : 'no', probs: [1 - share, share], num_classes: 2 }
    }),
  )

const pooling = (context: TaskContext, { input }: Classify): TaskResponse =>
  listBody(
    context,
    'pool',
    'pooling',
    listOf(input).map((text) => ({ data: [...embed(text, DIMENSIONS)] })),
  )

function tokenize(_context: TaskContext, { prompt }: Tokenize): TaskResponse {
  const tokens = [...prompt].map((character) => character.codePointAt(0) ?? 0)
  const body = { count: tokens.length, max_model_len: MAX_MODEL_LEN, tokens, token_strs: null }
  return { type: JSON_TYPE, body: JSON.stringify(body) }
}

const detokenize = (_context: TaskContext, { tokens }: Detokenize): TaskResponse => ({
  type: JSON_TYPE,
  body: JSON.stringify({ prompt: tokens.map((token) => String.fromCodePoint(token % 0xd800)).join('') }),
})

const moderations = ({ id, request }: TaskContext, { input }: Classify): TaskResponse => ({
  type: JSON_TYPE,
  body: JSON.stringify({
    id: `modr-${id}`,
    model: request.model,
    results: listOf(input).map((text) => ({
      flagged: false,
      categories: { violence: false },
      category_scores: { violence: similarity('violence', text) / 2 },
    })),
  }),
})

function images({ created, request }: TaskContext, { n }: Images): TaskResponse {
  const data = Array.from({ length: n ?? 1 }, () => ({ b64_json: IMAGE }))
  const input = request.promptTokens
  const output = data.length
  const counts = { input_tokens: input, output_tokens: output, total_tokens: input + output }
  return { type: JSON_TYPE, body: JSON.stringify({ created, data, usage: counts }) }
}

/** @returns bytes of every value, for each character of the text the same number. */
function speechBytes(input: string): Buffer {
  const random = createRandom(hash(input))
  return Buffer.from(
    Uint8Array.from({ length: input.length * SPEECH_BYTES_PER_CHARACTER }, () => drawInteger(random, 0, 255)),
  )
}

function speech({ request }: TaskContext, { input, stream_format: format }: Speech): TaskResponse {
  const bytes = speechBytes(input)
  if (format !== 'sse') return { type: 'audio/mpeg', body: bytes }
  const counts = { input_tokens: request.promptTokens, output_tokens: countTokens(input) }
  const events = [
    { type: 'speech.audio.delta', audio: bytes.toString('base64') },
    {
      type: 'speech.audio.done',
      usage: { ...counts, total_tokens: counts.input_tokens + counts.output_tokens },
    },
  ]
  const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
  return { type: 'text/event-stream; charset=utf-8', body }
}

const formats = {
  '/v1/rerank': rerank,
  '/v2/rerank': rerank,
  '/rerank': rerank,
  '/v1/score': score,
  '/score': score,
  '/v1/classify': classify,
  '/classify': classify,
  '/pooling': pooling,
  '/tokenize': tokenize,
  '/detokenize': detokenize,
  '/v1/moderations': moderations,
  '/v1/images/generations': images,
  '/v1/audio/speech': speech,
} satisfies Record<TaskRoute, (context: TaskContext, task: never) => TaskResponse>

/** @param task - a valid body of the route. */
export const taskResponse = (route: TaskRoute, context: TaskContext, task: Task): TaskResponse =>
  (formats[route] as (context: TaskContext, task: Task) => TaskResponse)(context, task)
