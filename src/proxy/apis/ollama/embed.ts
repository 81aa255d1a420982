// Embeddings, in Ollama's own form.
import type { Api } from '../api.ts'
import { ollamaPooling, ollamaRoutes } from './ollama-calls.ts'

/** @see https://github.com/ollama/ollama/blob/main/docs/api.md */
export const ollamaEmbed: Api = {
  ...ollamaPooling,
  name: 'ollama_embed',
  routes: ollamaRoutes('/api/embed'),
}
