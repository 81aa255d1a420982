// Counts the tokens of a request's input by a rule that a test can repeat.

export const CHARACTERS_PER_TOKEN = 4
/** A part of a message that is not text, such as an image. */
export const TOKENS_PER_MEDIA_PART = 256

/** One token per four UTF-16 code units, rounded up; an empty text has none. */
export const countTokens = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN)

/** What an input consists of, in its order. */
export interface InputVisitor {
  text(text: string): void
  tokenId(id: number): void
  media(part: object): void
  /** The role of the message that follows. */
  role?(role: unknown): void
}

/** Visits any input that the API accepts: a text, a token id, or a message, part or list of them. */
export function visitInput(input: unknown, visitor: InputVisitor): void {
  if (typeof input === 'string') visitor.text(input)
  else if (typeof input === 'number') visitor.tokenId(input)
  else if (Array.isArray(input)) for (const item of input) visitInput(item, visitor)
  else if (typeof input === 'object' && input !== null) {
    if ('role' in input) visitor.role?.(input.role)
    if ('content' in input) visitInput(input.content, visitor)
    else if ('text' in input) visitInput(input.text, visitor)
    else visitor.media(input)
  }
}

/** A token id counts one, a message as its content; nothing is added for roles or a chat template. */
export function countInput(input: unknown): number {
  let sum = 0
  visitInput(input, {
    text: (text) => void (sum += countTokens(text)),
    tokenId: () => void (sum += 1),
    media: () => void (sum += TOKENS_PER_MEDIA_PART),
  })
  return sum
}
