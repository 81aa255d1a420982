// The plain output of a pooling model.
import type { Api } from '../api.ts'
import { engineRoutes } from '../call-routes.ts'
import { poolingCall } from '../openai-calls.ts'

/** @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#pooling-api */
export const pooling: Api = {
  ...poolingCall,
  name: 'pooling',
  routes: engineRoutes('/pooling'),
}
