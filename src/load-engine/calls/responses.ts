/** OpenAI's responses. */
import { messagesOf, NO_CONTENT, type Call, type Content, type ErrorContent } from './call.ts'
import { isJsonObject, isText, objectsOf, type JsonObject } from './json-object.ts'
import { readUsage } from './usage.ts'

const usageOf = ({ usage }: JsonObject) => readUsage(usage, ['input_tokens'], 'output_tokens')

function readResponse(response: JsonObject): Content | ErrorContent | undefined {
  const { output, status, error } = response
  if (status === 'failed') return { error: error ?? 'The response has failed' }
  if (!Array.isArray(output)) return undefined
  return { deltas: objectsOf(output).length, usage: usageOf(response) }
}

function readEvent(event: JsonObject): Content | ErrorContent | undefined {
  const { type, delta, response } = event
  if (!isText(type)) return undefined
  if (type === 'error') return { error: event['error'] ?? event }
  if (type === 'response.failed') return isJsonObject(response) ? readResponse(response) : { error: type }
  if (type.endsWith('.delta')) return isText(delta) ? { deltas: 1, usage: {} } : NO_CONTENT
  return isJsonObject(response) ? { deltas: 0, usage: usageOf(response) } : NO_CONTENT
}

export const responses: Call = {
  body: ({ system, text, history, maxTokens, temperature, stream }) => ({
    input: history.length === 0 ? text : messagesOf({ history, text }),
    // A stored response may not be sent to another endpoint where one fails.
    store: false,
    ...(system === '' ? {} : { instructions: system }),
    ...(maxTokens === null ? {} : { max_output_tokens: maxTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(stream ? { stream } : {}),
  }),
  noun: 'response',
  readBody: readResponse,
  stream: { ends: ['response.completed', 'response.incomplete'], readEvent },
}
