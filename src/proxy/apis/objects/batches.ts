// Batches of requests, which a backend reads from a file that it keeps.
import { prepareObjectBody } from '../../request/prepare-body.ts'
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { jsonCall } from '../openai-calls.ts'
import { createBatchReader } from '../response-formats.ts'
import { cancelObject, createObject, getObject } from './object-calls.ts'

const ofOne = {
  name: 'batches',
  pathObject: 'batch',
  createResponseReader: createBatchReader,
} as const
const PATH = '/batches/:id'

/** @see https://platform.openai.com/docs/api-reference/batch */
export const batches: readonly Api[] = [
  {
    ...jsonCall,
    ...createObject,
    name: 'batches',
    routes: callRoutes('/batches'),
    readRequest: prepareObjectBody,
    createResponseReader: createBatchReader,
  },
  { ...getObject, ...ofOne, routes: callRoutes(PATH) },
  { ...cancelObject, ...ofOne, routes: callRoutes(`${PATH}/cancel`) },
]
