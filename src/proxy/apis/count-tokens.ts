// The number of tokens that a message would have, which costs none.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { callUrls } from './call-urls.ts'
import { messages } from './messages.ts'

const PATH = '/messages/count_tokens'

/** @see https://platform.claude.com/docs/en/api/messages-count-tokens */
export const countTokens: Api = {
  ...messages,
  name: 'count-tokens',
  path: PATH,
  urls: callUrls(PATH),
  tokenMeasure: 'none',
  // Nothing is streamed, whatever the message that is counted says.
  readRequest: (bytes) => ({ ...prepareBody(bytes), stream: false }),
}
