// Responses that a backend keeps, and the number of tokens that one would read.
import { prepareObjectBody } from '../../request/prepare-body.ts'
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { jsonCall } from '../openai-calls.ts'
import { responses } from '../responses.ts'
import { cancelObject, deleteObject, getObject } from './object-calls.ts'

const { name, errors } = responses
const ofOne = { name, errors, pathObject: 'response' } as const
const PATH = '/responses/:id'

/** @see https://platform.openai.com/docs/api-reference/responses */
export const storedResponses: readonly Api[] = [
  { ...getObject, ...ofOne, routes: [...callRoutes(PATH), ...callRoutes(`${PATH}/input_items`)] },
  { ...deleteObject, ...ofOne, routes: callRoutes(PATH) },
  { ...cancelObject, ...ofOne, routes: callRoutes(`${PATH}/cancel`) },
  {
    ...jsonCall,
    name,
    errors,
    routes: callRoutes('/responses/input_tokens'),
    tokenMeasure: 'none',
    readRequest: prepareObjectBody,
  },
]
