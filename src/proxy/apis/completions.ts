// Completions of a plain prompt.
import type { Api } from './api.ts'
import { callRoutes } from './call-routes.ts'
import { jsonCall } from './openai-calls.ts'
import { createChunkReader } from './response-formats.ts'

/** @see https://platform.openai.com/docs/api-reference/completions */
export const completions: Api = {
  ...jsonCall,
  name: 'completions',
  routes: callRoutes('/completions'),
  endsInUsage: true,
  takesPriority: true,
  createResponseReader: createChunkReader,
}
