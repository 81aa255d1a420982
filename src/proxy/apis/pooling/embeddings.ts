// Embeddings.
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { poolingCall } from '../openai-calls.ts'

/** @see https://platform.openai.com/docs/api-reference/embeddings */
export const embeddings: Api = {
  ...poolingCall,
  name: 'embeddings',
  routes: callRoutes('/embeddings'),
}
