// Messages, Anthropic's form of a chat.
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { messagesErrors } from './messages-errors.ts'
import { jsonCall } from '../openai-calls.ts'
import { createMessageReader } from '../response-formats.ts'

/** @see https://platform.claude.com/docs/en/api/messages */
export const messages: Api = {
  ...jsonCall,
  name: 'messages',
  routes: callRoutes('/messages'),
  errors: messagesErrors,
  requestIdHeader: 'request-id',
  createResponseReader: createMessageReader,
}
