// Moderation of texts and images.
import type { Api } from './api.ts'
import { callRoutes } from './call-routes.ts'
import { jsonCall } from './openai-calls.ts'

/** @see https://platform.openai.com/docs/api-reference/moderations */
export const moderations: Api = {
  ...jsonCall,
  name: 'moderations',
  routes: callRoutes('/moderations'),
  tokenMeasure: 'prompt',
}
