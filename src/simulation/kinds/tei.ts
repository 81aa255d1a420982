// Hugging Face's Text Embeddings Inference: one model, responses that are lists, and errors of two forms.
import type { ApiError } from '../formats/api-error.ts'
import type { Settings } from '../settings.ts'
import { base, type Kind } from './kind.ts'
import { metricText } from './metrics-text.ts'

const MAX_INPUT_TOKENS = 8192

const info = ({ models }: Settings): object => ({
  model_id: models[0],
  model_dtype: 'float16',
  model_type: { embedding: { pooling: 'cls' } },
  max_input_length: MAX_INPUT_TOKENS,
  max_batch_tokens: 16_384,
  max_client_batch_size: 32,
})

const errorTypes: Partial<Record<number, string>> = {
  413: 'Validation',
  422: 'Tokenizer',
  424: 'Backend',
  429: 'Overloaded',
}

function teiError(path: string, status: number, message: string): ApiError {
  const type = errorTypes[status] ?? (status < 500 ? 'Validation' : 'Unhealthy')
  const body = path.startsWith('/v1/')
    ? { message, code: status, type }
    : { error: message, error_type: type }
  return { status, body: JSON.stringify(body) }
}

export const tei: Kind = {
  ...base,
  habits: { mistakeStatus: 422 },
  calls: new Map([
    ['/embed', 'tei/embed'],
    ['/rerank', 'tei/rerank'],
    ['/v1/embeddings', '/v1/embeddings'],
  ]),
  pages: { '/info': info, '/health': 'health', '/metrics': 'metrics' },
  metrics: ({ waiting }) => metricText('te_queue_size', 'gauge', 'Requests that wait.', waiting),
  ignoresModel: true,
  countsInHeader: true,
  error: teiError,
  missingRoute: () => ({ status: 404, body: '' }),
}
