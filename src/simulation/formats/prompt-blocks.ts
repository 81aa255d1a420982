// The blocks of a prompt for the prefix cache: hashes, each of all that the prompt says up to the block's end.
import { CHARACTERS_PER_TOKEN, TOKENS_PER_MEDIA_PART, visitInput } from './count-tokens.ts'

// FNV-1a in two lanes, since one of 32 bits would confuse a block in thousands of prompts.
function createHash() {
  let one = 0x811c9dc5
  let other = 0x9e3779b9
  return {
    add(value: number): void {
      one = Math.imul(one ^ value, 0x01000193)
      other = Math.imul(other ^ value, 0x5bd1e995)
    },
    /** Of 53 bits. */
    value: (): number => (one >>> 0) * 2 ** 21 + (other >>> 11),
  }
}

/**
 * The tokens are those that `countInput` counts; what has none, such as roles, is hashed all the same.
 * @param start - what stands before the inputs and is not counted, such as the model and the tools.
 * @returns the full blocks only.
 */
export function promptBlocks(start: unknown, inputs: readonly unknown[], blockTokens: number): number[] {
  const hash = createHash()
  const blocks: number[] = []
  let tokens = 0
  const endToken = (): void => {
    tokens += 1
    // So that blocks of one media part differ.
    hash.add(tokens)
    if (tokens % blockTokens === 0) blocks.push(hash.value())
  }
  const addText = (text: string, afterCharacter: (place: number) => void = () => undefined): void => {
    for (let index = 0; index < text.length; index += 1) {
      hash.add(text.charCodeAt(index))
      afterCharacter(index + 1)
    }
  }
  addText(JSON.stringify(start))
  visitInput(inputs, {
    text: (text) =>
      addText(text, (place) => {
        if (place % CHARACTERS_PER_TOKEN === 0 || place === text.length) endToken()
      }),
    tokenId(id) {
      hash.add(id)
      endToken()
    },
    media(part) {
      addText(JSON.stringify(part))
      for (let count = 0; count < TOKENS_PER_MEDIA_PART; count += 1) endToken()
    },
    role: (role) => addText(JSON.stringify(role ?? null)),
  })
  return blocks
}
