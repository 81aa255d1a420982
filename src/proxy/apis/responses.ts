// Responses.
import type { Api } from './api.ts'
import { callRoutes } from './call-routes.ts'
import { jsonCall } from './openai-calls.ts'
import { createTypedEventReader } from './response-formats.ts'
import { responsesErrors } from './responses-errors.ts'

/** @see https://platform.openai.com/docs/api-reference/responses */
export const responses: Api = {
  ...jsonCall,
  name: 'responses',
  routes: callRoutes('/responses'),
  takesPriority: true,
  errors: responsesErrors,
  createResponseReader: createTypedEventReader,
}
