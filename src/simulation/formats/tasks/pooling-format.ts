// The lists that Text Embeddings Inference responds with, and Ollama's embeddings.
import { embed } from '../embedding-format.ts'
import type { Embed, TeiEmbed, TeiRerank } from './task-requests.ts'
import { jsonResponse, listOf, similarity, type TaskContext, type TaskResponse } from './task-response.ts'

export const teiEmbed = ({ request }: TaskContext, { inputs }: TeiEmbed): TaskResponse =>
  jsonResponse(listOf(inputs).map((text) => [...embed(text, request.dimensions)]))

export const teiRerank = (
  _context: TaskContext,
  { query, texts, return_text: returnsText }: TeiRerank,
): TaskResponse =>
  jsonResponse(
    texts
      .map((text, index) => ({
        index,
        ...(returnsText ? { text } : {}),
        score: similarity(query, text),
      }))
      .sort((a, b) => b.score - a.score),
  )

export const ollamaEmbed = ({ request, settings }: TaskContext, { input }: Embed): TaskResponse =>
  jsonResponse({
    model: request.model,
    embeddings: listOf(input).map((text) => [...embed(text, request.dimensions)]),
    total_duration: settings.ttftMs * 1_000_000,
    load_duration: 0,
    prompt_eval_count: request.promptTokens,
  })
