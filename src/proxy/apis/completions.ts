// Completions of a plain prompt.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { callUrls } from './call-urls.ts'
import { openaiErrors } from './openai-errors.ts'
import { createChunkReader } from './response-formats.ts'

const PATH = '/completions'

/** @see https://platform.openai.com/docs/api-reference/completions */
export const completions: Api = {
  name: 'completions',
  path: PATH,
  urls: callUrls(PATH),
  tokenMeasure: 'completion',
  endsInUsage: true,
  errors: openaiErrors,
  readRequest: prepareBody,
  createResponseReader: createChunkReader,
  mayRepeat: () => true,
}
