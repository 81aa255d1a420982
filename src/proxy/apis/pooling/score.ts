// Scores of pairs of texts.
import type { Api } from '../api.ts'
import { engineRoutes } from '../call-routes.ts'
import { poolingCall } from '../openai-calls.ts'

/** @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#score-api */
export const score: Api = {
  ...poolingCall,
  name: 'score',
  routes: engineRoutes('/score'),
}
