// The number of tokens that a message would have, which costs none.
import { prepareBody } from '../../request/prepare-body.ts'
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { messages } from './messages.ts'

/** @see https://platform.claude.com/docs/en/api/messages-count-tokens */
export const countTokens: Api = {
  ...messages,
  name: 'count_tokens',
  routes: callRoutes('/messages/count_tokens'),
  takesPriority: false,
  tokenMeasure: 'none',
  // Nothing is streamed, whatever the message that is counted says.
  readRequest: (bytes) => ({ ...prepareBody(bytes), stream: false }),
}
