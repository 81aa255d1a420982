// All calls that are forwarded.
import type { Api } from './api.ts'
import { chat } from './chat.ts'
import { completions } from './completions.ts'
import { countTokens } from './count-tokens.ts'
import { embeddings } from './embeddings.ts'
import { messages } from './messages.ts'
import { responses } from './responses.ts'

export const apis: readonly Api[] = [chat, completions, embeddings, responses, messages, countTokens]
