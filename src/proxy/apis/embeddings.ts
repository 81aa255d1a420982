// Embeddings.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { openaiErrors } from './openai-errors.ts'
import { createUnstreamedReader } from './response-formats.ts'

/** @see https://platform.openai.com/docs/api-reference/embeddings */
export const embeddings: Api = {
  name: 'embeddings',
  path: '/embeddings',
  urls: ['/v1/embeddings'],
  tokenMeasure: 'prompt',
  endsInUsage: false,
  errors: openaiErrors,
  readRequest: prepareBody,
  createResponseReader: createUnstreamedReader,
  mayRepeat: () => true,
}
