// Responses.
import type { Api } from './api.ts'
import { callRoutes } from './call-routes.ts'
import { jsonCall } from './openai-calls.ts'
import { prepareObjectBody } from '../request/prepare-body.ts'
import { createObjectReader } from './response-formats.ts'
import { responsesErrors } from './responses-errors.ts'

/** @see https://platform.openai.com/docs/api-reference/responses */
export const responses: Api = {
  ...jsonCall,
  name: 'responses',
  routes: callRoutes('/responses'),
  takesPriority: true,
  errors: responsesErrors,
  readRequest: prepareObjectBody,
  createResponseReader: createObjectReader,
  mayRepeat: ({ objects }) => objects?.leavesObject !== true,
}
