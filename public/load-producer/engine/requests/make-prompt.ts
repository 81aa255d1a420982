/** Makes prompts of about a wanted number of tokens, repeatable and alike where a trace says that they begin alike. */
import { createSeededRandom } from '../platform/seeded-random.ts'

/** Tokens that one block id of a trace stands for. */
const BLOCK_TOKENS = 512

// Frequent English words: one token each, with the space before them, in the vocabularies of current models.
const words = (
  'time year people way day man thing woman life child world school state family student group country problem hand ' +
  'part place case week company system program question work government number night point home water room mother ' +
  'area money story fact month lot right study book eye job word business issue side kind head house service friend ' +
  'father power hour game line end member law car city community name president team minute idea body information ' +
  'back parent face others level office door health person art war history party result change morning reason'
).split(' ')

function makeWords(seed: number, count: number): string {
  const random = createSeededRandom(seed)
  let text = ''
  for (let index = 0; index < count; index += 1) text += ` ${words[Math.floor(random() * words.length)]}`
  return text
}

/**
 * @param tokens - the length wanted; no tokenizer is at hand, so the model may count some percent more or less.
 * @param blocks - ids of the prompt's blocks: the same id gives the same 512 tokens wherever it stands.
 * @param seed - of what no block covers.
 */
export function makePrompt(tokens: number, blocks: readonly number[], seed: number): string {
  let text = ''
  let left = Math.max(1, tokens)
  for (const id of blocks) {
    if (left <= 0) break
    text += makeWords(id, Math.min(BLOCK_TOKENS, left))
    left -= BLOCK_TOKENS
  }
  return (text + makeWords(seed ^ 0x5bd1e995, Math.max(0, left))).slice(1)
}
