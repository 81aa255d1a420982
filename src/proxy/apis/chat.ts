// Chat completions.
import type { Api } from './api.ts'
import { callRoutes } from './call-routes.ts'
import { jsonCall } from './openai-calls.ts'
import { createChunkReader } from './response-formats.ts'

/** @see https://platform.openai.com/docs/api-reference/chat */
export const chat: Api = {
  ...jsonCall,
  name: 'chat',
  routes: callRoutes('/chat/completions'),
  endsInUsage: true,
  takesPriority: true,
  createResponseReader: createChunkReader,
}
