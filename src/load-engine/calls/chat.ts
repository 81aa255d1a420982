/** Chat completions. */
import { messagesOf, type Call } from './call.ts'
import { readChoices, samplingOf } from './choices.ts'
import { isJsonObject, isText, objectsOf } from './json-object.ts'

const contentFields = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const

const hasContent = (message: unknown): boolean =>
  isJsonObject(message) &&
  (contentFields.some((field) => isText(message[field])) || objectsOf(message['tool_calls']).length > 0)

export const chat: Call = {
  body: ({ system, text, history, ...sampling }) => ({
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      ...messagesOf({ history, text }),
    ],
    ...samplingOf(sampling),
  }),
  noun: 'chat completion',
  readBody: (body) => readChoices(body, ({ message }) => hasContent(message)),
  stream: { ends: ['[DONE]'], readEvent: (event) => readChoices(event, ({ delta }) => hasContent(delta)) },
}
