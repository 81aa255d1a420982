// Reranking of documents, as Jina, Cohere (/v2), vLLM, SGLang, llama.cpp and TEI have it.
import type { Api } from '../api.ts'
import { engineRoutes } from '../call-routes.ts'
import { poolingCall } from '../openai-calls.ts'

/** @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#re-rank-api */
export const rerank: Api = {
  ...poolingCall,
  name: 'rerank',
  routes: [...engineRoutes('/rerank'), { url: '/v2/rerank', path: '/v2/rerank' }],
}
