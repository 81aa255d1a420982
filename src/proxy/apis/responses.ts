// Responses.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { callUrls } from './call-urls.ts'
import { createTypedEventReader } from './response-formats.ts'
import { responsesErrors } from './responses-errors.ts'

const PATH = '/responses'

/** @see https://platform.openai.com/docs/api-reference/responses */
export const responses: Api = {
  name: 'responses',
  path: PATH,
  urls: callUrls(PATH),
  tokenMeasure: 'completion',
  endsInUsage: false,
  errors: responsesErrors,
  readRequest: prepareBody,
  createResponseReader: createTypedEventReader,
  mayRepeat: () => true,
}
