// Responses.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { openaiErrors } from './openai-errors.ts'
import { createTypedEventReader } from './response-formats.ts'

/** @see https://platform.openai.com/docs/api-reference/responses */
export const responses: Api = {
  name: 'responses',
  path: '/responses',
  urls: ['/v1/responses'],
  tokenMeasure: 'completion',
  endsInUsage: false,
  errors: openaiErrors,
  readRequest: prepareBody,
  createResponseReader: createTypedEventReader,
  mayRepeat: () => true,
}
