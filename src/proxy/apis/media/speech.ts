// Speech from text: a binary response, or events where the request says so.
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { jsonCall } from '../openai-calls.ts'
import { createTypedEventReader } from '../response-formats.ts'

/** @see https://platform.openai.com/docs/api-reference/audio/createSpeech */
export const speech: Api = {
  ...jsonCall,
  name: 'speech',
  routes: callRoutes('/audio/speech'),
  createResponseReader: createTypedEventReader,
}
