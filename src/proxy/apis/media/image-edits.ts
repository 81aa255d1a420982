// Edits of images.
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { formCall } from '../openai-calls.ts'

/** @see https://platform.openai.com/docs/api-reference/images/createEdit */
export const imageEdits: Api = {
  ...formCall,
  name: 'image_edits',
  routes: callRoutes('/images/edits'),
}
