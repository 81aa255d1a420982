// Chat completions.
import { prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { openaiErrors } from './openai-errors.ts'
import { createChunkReader } from './response-formats.ts'

/** @see https://platform.openai.com/docs/api-reference/chat */
export const chat: Api = {
  name: 'chat',
  path: '/chat/completions',
  urls: ['/v1/chat/completions', '/chat/completions', '/v1/:pool/chat/completions'],
  tokenMeasure: 'completion',
  endsInUsage: true,
  errors: openaiErrors,
  readRequest: prepareBody,
  createResponseReader: createChunkReader,
  mayRepeat: () => true,
}
