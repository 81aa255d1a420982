/** Completions of a text. */
import type { Call } from './call.ts'
import { readChoices, samplingOf } from './choices.ts'
import { isText, type JsonObject } from './json-object.ts'

const hasText = ({ text }: JsonObject): boolean => isText(text)

export const completions: Call = {
  body: ({ system, text, history, ...sampling }) => ({
    prompt: [
      ...(system === '' ? [] : [system]),
      ...history.flatMap(({ user, reply }) => [user, reply]),
      text,
    ].join('\n\n'),
    ...samplingOf(sampling),
  }),
  noun: 'completion',
  readBody: (body) => readChoices(body, hasText),
  stream: { ends: ['[DONE]'], readEvent: (event) => readChoices(event, hasText) },
}
