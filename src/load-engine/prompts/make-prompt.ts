/** Generates repeatable prompts of about a given number of tokens. Equal block ids of a trace give equal prefixes. */
import { createSeededRandom } from '../platform/seeded-random.ts'

/** Number of tokens for one block id of a trace. */
const BLOCK_TOKENS = 512

// Frequent English words: one token each, with the space before them, in the vocabularies of current models.
const words = (
  'time year people way day man thing woman life child world school state family student group country problem hand ' +
  'part place case week company system program question work government number night point home water room mother ' +
  'area money story fact month lot right study book eye job word business issue side kind head house service friend ' +
  'father power hour game line end member law car city community name president team minute idea body information ' +
  'back parent face others level office door health person art war history party result change morning reason'
).split(' ')

/** Each word is preceded by a space. */
export function makeWords(seed: number, count: number): string {
  const random = createSeededRandom(seed)
  let text = ''
  for (let index = 0; index < count; index += 1) text += ` ${words[Math.floor(random() * words.length)]}`
  return text
}

/**
 * @param tokens - approximate length. There is no tokenizer, so the model may count a few percent more or less.
 * @param blocks - ids of the blocks of the prompt: the same id gives the same 512 tokens in every prompt.
 * @param seed - for the text after the last block.
 */
export function makePrompt(tokens: number, blocks: readonly number[], seed: number): string {
  let text = ''
  let remaining = Math.max(1, tokens)
  for (const id of blocks) {
    if (remaining <= 0) break
    text += makeWords(id, Math.min(BLOCK_TOKENS, remaining))
    remaining -= BLOCK_TOKENS
  }
  return (text + makeWords(seed ^ 0x5bd1e995, Math.max(0, remaining))).slice(1)
}
