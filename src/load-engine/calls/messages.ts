/** Anthropic's messages. */
import { messagesOf, NO_CONTENT, type Call, type Content, type ErrorContent } from './call.ts'
import { isJsonObject, isText, objectsOf, type JsonObject } from './json-object.ts'
import { readUsage } from './usage.ts'

// The call requires a limit.
const DEFAULT_MAX_TOKENS = 1_024

const contentFields = ['text', 'thinking', 'partial_json'] as const

const usageOf = (value: unknown) =>
  isJsonObject(value)
    ? readUsage(
        value['usage'],
        ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'],
        'output_tokens',
      )
    : {}

function readEvent(event: JsonObject): Content | ErrorContent | undefined {
  const { type, delta, message, error } = event
  if (!isText(type)) return undefined
  if (type === 'error') return { error: error ?? event }
  if (type === 'message_start') return { deltas: 0, usage: usageOf(message) }
  if (type === 'message_delta') return { deltas: 0, usage: usageOf(event) }
  if (type !== 'content_block_delta' || !isJsonObject(delta)) return NO_CONTENT
  return { deltas: Number(contentFields.some((field) => isText(delta[field]))), usage: {} }
}

export const messages: Call = {
  body: ({ system, text, history, maxTokens, temperature, stream }) => ({
    ...(system === '' ? {} : { system }),
    messages: messagesOf({ history, text }),
    max_tokens: maxTokens ?? DEFAULT_MAX_TOKENS,
    ...(temperature === null ? {} : { temperature }),
    ...(stream ? { stream } : {}),
  }),
  headers: { 'anthropic-version': '2023-06-01' },
  keyHeader: 'x-api-key',
  noun: 'message',
  readBody: (body) =>
    Array.isArray(body['content'])
      ? { deltas: objectsOf(body['content']).length, usage: usageOf(body) }
      : undefined,
  stream: { ends: ['message_stop'], readEvent },
}
