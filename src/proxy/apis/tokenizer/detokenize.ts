// The text of tokens.
import type { Api } from '../api.ts'
import { engineRoutes } from '../call-routes.ts'
import { jsonCall } from '../openai-calls.ts'

/** @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#tokenizer-api */
export const detokenize: Api = {
  ...jsonCall,
  name: 'detokenize',
  routes: engineRoutes('/detokenize'),
  tokenMeasure: 'none',
}
