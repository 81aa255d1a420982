// Text from prompts, in Ollama's own form.
import type { Api } from '../api.ts'
import { ollamaGeneration, ollamaRoutes } from './ollama-calls.ts'

/** @see https://github.com/ollama/ollama/blob/main/docs/api.md */
export const ollamaGenerate: Api = {
  ...ollamaGeneration,
  name: 'ollama_generate',
  routes: ollamaRoutes('/api/generate'),
}
