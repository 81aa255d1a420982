// What the calls in OpenAI's forms have in common. Most differ in nothing but their name and routes.
import { noBody, prepareBody } from '../request/prepare-body.ts'
import type { Api } from './api.ts'
import { openaiErrors } from './openai-errors.ts'
import { createTypedEventReader, createUnstreamedReader } from './response-formats.ts'

export const jsonCall: Omit<Api, 'name' | 'routes'> = {
  method: 'POST',
  tokenMeasure: 'completion',
  endsInUsage: false,
  takesPriority: false,
  pathObject: undefined,
  isCacheable: true,
  takesForm: false,
  errors: openaiErrors,
  streamForm: 'events',
  readRequest: prepareBody,
  createResponseReader: createUnstreamedReader,
  mayRepeat: () => true,
}

/** Calls with a multipart form, which may hold a large file. */
export const formCall: Omit<Api, 'name' | 'routes'> = {
  ...jsonCall,
  takesForm: true,
  readRequest: () => noBody,
  createResponseReader: createTypedEventReader,
}

/** Calls of pooling models: only prompts cost tokens. */
export const poolingCall: Omit<Api, 'name' | 'routes'> = {
  ...jsonCall,
  tokenMeasure: 'prompt',
  takesPriority: true,
}
