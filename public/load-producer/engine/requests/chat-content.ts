/** Parses content, usage and errors of a chat completion or of one chunk of it. */

export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
}

interface ChatContent {
  /** Number of choices with content; each counts as one token when the response has no usage. */
  readonly deltas: number
  readonly usage: Usage | null
}

type JsonObject = Readonly<Record<string, unknown>>

const isJsonObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null

const contentFields = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const

const hasContent = (message: unknown): boolean =>
  isJsonObject(message) &&
  (contentFields.some((field) => typeof message[field] === 'string' && message[field] !== '') ||
    (Array.isArray(message['tool_calls']) && message['tool_calls'].length > 0))

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

function readUsage(value: unknown): Usage | null {
  if (!isJsonObject(value)) return null
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = value
  return isCount(promptTokens) && isCount(completionTokens) ? { promptTokens, completionTokens } : null
}

/** Longer than the final limit, because keys are replaced before the final cut; cutting first could leave half a key. */
const MAX_DETAIL = 4_000

/** @returns the message of an error body as defined by OpenAI or RFC 9457; else the beginning of the body. */
function errorDetail(body: unknown): string {
  const error = isJsonObject(body) ? (body['error'] ?? body['detail'] ?? body['message']) : body
  const message = isJsonObject(error) ? error['message'] : error
  return (typeof message === 'string' ? message : (JSON.stringify(error) ?? '')).slice(0, MAX_DETAIL)
}

/** Like `errorDetail`, for a body that may not be JSON. */
export function errorDetailOfText(body: string): string {
  try {
    return errorDetail(JSON.parse(body))
  } catch {
    return body.trim().slice(0, MAX_DETAIL)
  }
}

export type ChatReading = { readonly content: ChatContent } | { readonly error: string } | 'malformed'

/** @param part - the member of a choice that holds the content: `delta` in streams. */
export function readChat(json: string, part: 'delta' | 'message'): ChatReading {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return 'malformed'
  }
  if (!isJsonObject(value)) return 'malformed'
  if (value['error'] !== undefined && value['error'] !== null) return { error: errorDetail(value) }
  const choices = value['choices']
  if (!Array.isArray(choices)) return 'malformed'
  const deltas = choices.filter((choice) => isJsonObject(choice) && hasContent(choice[part])).length
  return { content: { deltas, usage: readUsage(value['usage']) } }
}
