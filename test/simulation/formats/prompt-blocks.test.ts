import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countInput } from '../../../src/simulation/formats/count-tokens.ts'
import { promptBlocks } from '../../../src/simulation/formats/prompt-blocks.ts'

const message = fc.record({
  role: fc.constantFrom('user', 'assistant'),
  content: fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.array(fc.oneof(fc.record({ text: fc.string() }), fc.record({ url: fc.string() })), { maxLength: 2 }),
  ),
})
const messages = fc.array(message, { maxLength: 8 })

it('a prompt has a block for each full number of its tokens, and shares those of a prompt that it continues', () => {
  fc.assert(
    fc.property(messages, messages, fc.integer({ min: 1, max: 20 }), (first, more, blockTokens) => {
      const blocks = promptBlocks('model', [first], blockTokens)
      expect(blocks).toHaveLength(Math.floor(countInput(first) / blockTokens))
      const continued = promptBlocks('model', [[...first, ...more]], blockTokens)
      expect(continued.slice(0, blocks.length)).toEqual(blocks)
      expect(new Set(continued).size).toBe(continued.length)
      const others = new Set(promptBlocks('other model', [first], blockTokens))
      expect(blocks.some((block) => others.has(block))).toBe(false)
    }),
  )
})
