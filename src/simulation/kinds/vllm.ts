// vLLM, and OpenAI's calls that it lacks.
import { MAX_MODEL_LEN } from '../settings.ts'
import { base, callsOf, modelList, type Kind } from './kind.ts'
import { vllmMetrics } from './vllm-metrics.ts'

export const vllm: Kind = {
  ...base,
  keepsResponses: true,
  calls: callsOf([
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/responses',
    '/v1/messages',
    '/v1/messages/count_tokens',
    '/v1/embeddings',
    '/v1/rerank',
    '/v2/rerank',
    '/rerank',
    '/v1/score',
    '/score',
    '/v1/classify',
    '/classify',
    '/pooling',
    '/tokenize',
    '/detokenize',
    '/v1/moderations',
    '/v1/images/generations',
    '/v1/images/edits',
    '/v1/audio/speech',
    '/v1/audio/transcriptions',
    '/v1/audio/translations',
  ]),
  pages: {
    '/v1/models': modelList('vllm', (id) => ({ root: id, parent: null, max_model_len: MAX_MODEL_LEN })),
    '/health': 'health',
    '/metrics': 'metrics',
  },
  metrics: vllmMetrics,
}
