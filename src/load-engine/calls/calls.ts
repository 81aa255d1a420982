/** All calls by name. */
import type { ApiCallName } from '../model/api-calls.ts'
import type { Call } from './call.ts'
import { chat } from './chat.ts'
import { completions } from './completions.ts'
import { embeddings } from './embeddings.ts'
import { messages } from './messages.ts'
import { rerank } from './rerank.ts'
import { responses } from './responses.ts'

export const calls: Readonly<Record<ApiCallName, Call>> = {
  chat,
  completions,
  responses,
  messages,
  embeddings,
  rerank,
}
