// English text from speech.
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { formCall } from '../openai-calls.ts'

/** @see https://platform.openai.com/docs/api-reference/audio/createTranslation */
export const translations: Api = {
  ...formCall,
  name: 'translations',
  routes: callRoutes('/audio/translations'),
}
