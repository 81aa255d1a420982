// Generation of images.
import type { Api } from '../api.ts'
import { callRoutes } from '../call-routes.ts'
import { jsonCall } from '../openai-calls.ts'
import { createTypedEventReader } from '../response-formats.ts'

/** @see https://platform.openai.com/docs/api-reference/images */
export const images: Api = {
  ...jsonCall,
  name: 'images',
  routes: callRoutes('/images/generations'),
  createResponseReader: createTypedEventReader,
}
