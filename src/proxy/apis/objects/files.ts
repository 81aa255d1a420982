// Files, which batches read and write.
import { createOpaqueReader } from '../../response/response-reader.ts'
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { formCall } from '../openai-calls.ts'
import { createObject, deleteObject, getObject } from './object-calls.ts'

const ofOne = { name: 'files', pathObject: 'file' } as const
const PATH = '/files/:id'

/** @see https://platform.openai.com/docs/api-reference/files */
export const files: readonly Api[] = [
  {
    ...formCall,
    ...createObject,
    name: 'files',
    routes: callRoutes('/files'),
  },
  { ...getObject, ...ofOne, routes: callRoutes(PATH) },
  {
    ...getObject,
    ...ofOne,
    routes: callRoutes(`${PATH}/content`),
    // Whatever the client has put into it.
    createResponseReader: createOpaqueReader,
  },
  { ...deleteObject, ...ofOne, routes: callRoutes(PATH) },
]
