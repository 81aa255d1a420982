// Counts the tokens of a request's input by a rule that a test can repeat.

const CHARACTERS_PER_TOKEN = 4
/** A part of a message that is not text, such as an image. */
const TOKENS_PER_MEDIA_PART = 256

/** One token per four UTF-16 code units, rounded up; an empty text has none. */
export const countTokens = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN)

/**
 * Counts any input that the API accepts: a text, a token id (counts one), or a message, part or list of them. A message counts
 * as its content; nothing is added for roles or a chat template.
 */
export function countInput(input: unknown): number {
  if (typeof input === 'string') return countTokens(input)
  if (typeof input === 'number') return 1
  if (Array.isArray(input)) {
    let sum = 0
    for (const item of input) sum += countInput(item)
    return sum
  }
  if (typeof input !== 'object' || input === null) return 0
  if ('content' in input) return countInput(input.content)
  if ('text' in input) return countInput(input.text)
  return TOKENS_PER_MEDIA_PART
}
