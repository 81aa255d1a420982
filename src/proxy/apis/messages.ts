// Messages, Anthropic's form of a chat.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { callUrls } from './call-urls.ts'
import { messagesErrors } from './messages-errors.ts'
import { createMessageReader } from './response-formats.ts'

const PATH = '/messages'

/** @see https://platform.claude.com/docs/en/api/messages */
export const messages: Api = {
  name: 'messages',
  path: PATH,
  urls: callUrls(PATH),
  tokenMeasure: 'completion',
  endsInUsage: false,
  errors: messagesErrors,
  requestIdHeader: 'request-id',
  readRequest: prepareBody,
  createResponseReader: createMessageReader,
  mayRepeat: () => true,
}
