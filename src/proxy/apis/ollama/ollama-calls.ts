// What Ollama's own calls have in common. They go to the backend's root, as every path that is not below /v1.
import { findMember } from '../../json/json-members.ts'
import { prepareBody, readCount, type PreparedBody } from '../../request/prepare-body.ts'
import type { Api, ApiRoute } from '../api.ts'
import { jsonCall } from '../openai-calls.ts'
import { createLineReader } from '../response-formats.ts'
import { ollamaErrors } from './ollama-errors.ts'

export const ollamaRoutes = (path: string): readonly ApiRoute[] => [{ url: path, path }]

/** A response is streamed unless the request says otherwise, and its length is bounded among the options. */
function prepareGeneration(bytes: Buffer): PreparedBody {
  const prepared = prepareBody(bytes)
  const stream = findMember(bytes, 'stream')
  const options = findMember(bytes, 'options')
  const limit = options && findMember(bytes, 'num_predict', options.start, options.end)
  const isLeftOut = stream === undefined || bytes.toString('latin1', stream.start, stream.end) === 'null'
  return { ...prepared, stream: isLeftOut || prepared.stream, maxTokens: readCount(bytes, limit) }
}

const ollamaCall: Omit<Api, 'name' | 'routes'> = {
  ...jsonCall,
  errors: ollamaErrors,
  streamForm: 'lines',
  createResponseReader: createLineReader,
}

export const ollamaGeneration: Omit<Api, 'name' | 'routes'> = {
  ...ollamaCall,
  readRequest: prepareGeneration,
}

/** Only prompts cost tokens, and nothing is streamed. */
export const ollamaPooling: Omit<Api, 'name' | 'routes'> = {
  ...ollamaCall,
  tokenMeasure: 'prompt',
  readRequest: (bytes) => ({ ...prepareBody(bytes), stream: false }),
}
