// All calls that are forwarded, and their routes.
import type { ApiName } from '../../contract/objects/api-names.ts'
import type { Api, ApiRoute } from './api.ts'
import { chat } from './chat.ts'
import { completions } from './completions.ts'
import { countTokens } from './anthropic/count-tokens.ts'
import { images } from './media/images.ts'
import { imageEdits } from './media/image-edits.ts'
import { speech } from './media/speech.ts'
import { transcriptions } from './media/transcriptions.ts'
import { translations } from './media/translations.ts'
import { messages } from './anthropic/messages.ts'
import { moderations } from './moderations.ts'
import { batches } from './objects/batches.ts'
import { conversations } from './objects/conversations.ts'
import { files } from './objects/files.ts'
import { storedResponses } from './objects/stored-responses.ts'
import { ollamaChat } from './ollama/chat.ts'
import { ollamaEmbed } from './ollama/embed.ts'
import { ollamaGenerate } from './ollama/generate.ts'
import { classify } from './pooling/classify.ts'
import { embeddings } from './pooling/embeddings.ts'
import { pooling } from './pooling/pooling.ts'
import { rerank } from './pooling/rerank.ts'
import { score } from './pooling/score.ts'
import { responses } from './responses.ts'
import { detokenize } from './tokenizer/detokenize.ts'
import { tokenize } from './tokenizer/tokenize.ts'

const byName: Readonly<Record<Exclude<ApiName, 'other'>, Api | readonly Api[]>> = {
  chat,
  completions,
  responses: [responses, ...storedResponses],
  messages,
  count_tokens: countTokens,
  embeddings,
  rerank,
  score,
  classify,
  pooling,
  tokenize,
  detokenize,
  moderations,
  images,
  image_edits: imageEdits,
  speech,
  transcriptions,
  translations,
  conversations,
  files,
  batches,
  ollama_chat: ollamaChat,
  ollama_generate: ollamaGenerate,
  ollama_embed: ollamaEmbed,
}

export const apis: readonly Api[] = Object.values(byName).flat()

export interface ServedRoute extends ApiRoute {
  readonly api: Api
}

export const routes: readonly ServedRoute[] = apis.flatMap((api) =>
  api.routes.map((route) => ({ api, ...route })),
)

const fileCalls: readonly Api[] = [...files, ...batches]

/** @param servesFiles - whether files and batches are among them. */
export const servedRoutes = (servesFiles: boolean): readonly ServedRoute[] =>
  servesFiles ? routes : routes.filter(({ api }) => !fileCalls.includes(api))
