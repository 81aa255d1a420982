// Completions of a plain prompt.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { openaiErrors } from './openai-errors.ts'
import { createChunkReader } from './response-formats.ts'

/** @see https://platform.openai.com/docs/api-reference/completions */
export const completions: Api = {
  name: 'completions',
  path: '/completions',
  urls: ['/v1/completions'],
  tokenMeasure: 'completion',
  endsInUsage: true,
  errors: openaiErrors,
  readRequest: prepareBody,
  createResponseReader: createChunkReader,
  mayRepeat: () => true,
}
