// Ollama: its own calls, whose streams have an object a line, beside those of OpenAI and Anthropic.
import { isOllama } from '../formats/api-error.ts'
import type { Settings } from '../settings.ts'
import { base, callsOf, createdNow, modelList, type Kind } from './kind.ts'

const VERSION = '0.12.0'
/** Ollama lists the size and the digest of a model's file; here both follow from nothing. */
const SIZE_BYTES = 4_000_000_000

const details = {
  parent_model: '',
  format: 'gguf',
  family: 'llama',
  families: ['llama'],
  parameter_size: '8.0B',
  quantization_level: 'Q4_K_M',
}

const tags = ({ models }: Settings): object => ({
  models: models.map((id) => ({
    name: id,
    model: id,
    modified_at: new Date(createdNow() * 1000).toISOString(),
    size: SIZE_BYTES,
    digest: '0'.repeat(64),
    details,
  })),
})

export const ollama: Kind = {
  ...base,
  habits: { usageOnFinish: true },
  calls: callsOf([
    '/api/chat',
    '/api/generate',
    '/api/embed',
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/responses',
    '/v1/messages',
    '/v1/embeddings',
  ]),
  pages: {
    '/api/tags': tags,
    '/api/version': () => ({ version: VERSION }),
    '/v1/models': modelList('library', () => ({})),
  },
  missingModel: (path, model) =>
    isOllama(path) ? `model '${model}' not found` : `model "${model}" not found, try pulling it first`,
  missingRoute: () => ({ status: 404, body: '404 page not found', type: 'text/plain' }),
}
