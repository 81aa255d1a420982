// Chat completions.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { callUrls } from './call-urls.ts'
import { openaiErrors } from './openai-errors.ts'
import { createChunkReader } from './response-formats.ts'

const PATH = '/chat/completions'

/** @see https://platform.openai.com/docs/api-reference/chat */
export const chat: Api = {
  name: 'chat',
  path: PATH,
  urls: callUrls(PATH),
  tokenMeasure: 'completion',
  endsInUsage: true,
  errors: openaiErrors,
  readRequest: prepareBody,
  createResponseReader: createChunkReader,
  mayRepeat: () => true,
}
