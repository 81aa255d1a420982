// The responses of the calls that generate no text. They depend on the request alone, so that every backend sends the same.
import { embed } from '../embedding-format.ts'
import { MAX_MODEL_LEN } from '../../settings.ts'
import { images, speech, transcribe } from './media-format.ts'
import { ollamaEmbed, teiEmbed, teiRerank } from './pooling-format.ts'
import type { Classify, Detokenize, Rerank, Score, Task, TaskRoute, Tokenize } from './task-requests.ts'
import {
  jsonResponse,
  listOf,
  similarity,
  usage,
  type TaskContext,
  type TaskResponse,
} from './task-response.ts'

const DIMENSIONS = 8

const textOf = (document: Rerank['documents'][number]): string =>
  typeof document === 'string' ? document : document.text

function listBody(
  context: TaskContext,
  prefix: string,
  object: string,
  items: readonly object[],
): TaskResponse {
  const data = items.map((item, index) => ({ index, object, ...item }))
  const { id, created, request } = context
  return jsonResponse({
    id: `${prefix}-${id}`,
    object: 'list',
    created,
    model: request.model,
    data,
    usage: usage(context),
  })
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
  return jsonResponse({
    id: `rerank-${context.id}`,
    model: context.request.model,
    usage: usage(context),
    results,
  })
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
  return jsonResponse({ count: tokens.length, max_model_len: MAX_MODEL_LEN, tokens, token_strs: null })
}

const detokenize = (_context: TaskContext, { tokens }: Detokenize): TaskResponse =>
  jsonResponse({ prompt: tokens.map((token) => String.fromCodePoint(token % 0xd800)).join('') })

const moderations = ({ id, request }: TaskContext, { input }: Classify): TaskResponse =>
  jsonResponse({
    id: `modr-${id}`,
    model: request.model,
    results: listOf(input).map((text) => ({
      flagged: false,
      categories: { violence: false },
      category_scores: { violence: similarity('violence', text) / 2 },
    })),
  })

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
  '/v1/images/edits': images,
  '/v1/audio/speech': speech,
  '/v1/audio/transcriptions': transcribe,
  '/v1/audio/translations': transcribe,
  '/api/embed': ollamaEmbed,
  'tei/embed': teiEmbed,
  'tei/rerank': teiRerank,
} satisfies Record<TaskRoute, (context: TaskContext, task: never) => TaskResponse>

/** @param task - a valid body of the route. */
export const taskResponse = (route: TaskRoute, context: TaskContext, task: Task): TaskResponse =>
  (formats[route] as (context: TaskContext, task: Task) => TaskResponse)(context, task)
