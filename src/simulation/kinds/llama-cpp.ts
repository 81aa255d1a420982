// llama.cpp's server.
import { apiError } from '../formats/api-error.ts'
import { MAX_MODEL_LEN } from '../settings.ts'
import { base, callsOf, modelList, type Kind } from './kind.ts'
import { metricText } from './metrics-text.ts'

export const llamaCpp: Kind = {
  ...base,
  habits: {
    mistakeStatus: 500,
    publicModels: true,
    closesAfterStream: true,
    headersWithFirstToken: true,
    worksOnAfterAbort: true,
    commentEveryMs: 30_000,
    completionUsageOnFinish: true,
    timings: true,
    omitsSequenceNumbers: true,
  },
  calls: callsOf([
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/responses',
    '/v1/messages',
    '/v1/messages/count_tokens',
    '/v1/embeddings',
    '/v1/rerank',
    '/rerank',
    '/tokenize',
    '/detokenize',
    '/v1/audio/transcriptions',
  ]),
  pages: {
    '/v1/models': modelList('llamacpp', () => ({ meta: { n_ctx_train: MAX_MODEL_LEN } })),
    '/health': 'health',
    '/metrics': 'metrics',
  },
  metrics: ({ running, waiting }) =>
    metricText('llamacpp:requests_processing', 'gauge', 'Requests in a slot.', running) +
    metricText('llamacpp:requests_deferred', 'gauge', 'Requests that wait for a slot.', waiting),
  missingRoute: (path) => apiError(path, 404, 'File Not Found'),
}
