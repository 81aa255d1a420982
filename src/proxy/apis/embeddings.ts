// Embeddings.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { callUrls } from './call-urls.ts'
import { openaiErrors } from './openai-errors.ts'
import { createUnstreamedReader } from './response-formats.ts'

const PATH = '/embeddings'

/** @see https://platform.openai.com/docs/api-reference/embeddings */
export const embeddings: Api = {
  name: 'embeddings',
  path: PATH,
  urls: callUrls(PATH),
  tokenMeasure: 'prompt',
  endsInUsage: false,
  errors: openaiErrors,
  readRequest: prepareBody,
  createResponseReader: createUnstreamedReader,
  mayRepeat: () => true,
}
