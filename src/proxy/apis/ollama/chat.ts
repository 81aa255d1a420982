// Chats, in Ollama's own form.
import type { Api } from '../api.ts'
import { ollamaGeneration, ollamaRoutes } from './ollama-calls.ts'

/** @see https://github.com/ollama/ollama/blob/main/docs/api.md */
export const ollamaChat: Api = {
  ...ollamaGeneration,
  name: 'ollama_chat',
  routes: ollamaRoutes('/api/chat'),
}
