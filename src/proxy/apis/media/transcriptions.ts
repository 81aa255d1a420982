// Text from speech.
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { formCall } from '../openai-calls.ts'

/** @see https://platform.openai.com/docs/api-reference/audio/createTranscription */
export const transcriptions: Api = {
  ...formCall,
  name: 'transcriptions',
  routes: callRoutes('/audio/transcriptions'),
}
