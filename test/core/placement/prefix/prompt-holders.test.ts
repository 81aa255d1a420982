import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPromptHolders } from '../../../../src/core/placement/prefix/prompt-holders.ts'

const blocks = (...words: number[]): Int32Array => Int32Array.from(words)

describe('the holders of prompts', () => {
  it('know the endpoint that was last sent the longest known beginning', () => {
    const holders = createPromptHolders()
    expect(holders.find(blocks(1, 2))).toBeUndefined()
    holders.note(blocks(1, 2, 3, 4), 7)
    expect(holders.find(blocks(1, 2, 3, 4, 5, 6))).toBe(7)
    holders.note(blocks(1, 2, 8, 9), 8)
    expect(holders.find(blocks(1, 2, 3, 4))).toBe(7)
    expect(holders.find(blocks(1, 2, 5, 6))).toBe(8)
    expect(holders.find(blocks())).toBeUndefined()
  })

  it('take two blocks for the same where both words are equal only', () => {
    const holders = createPromptHolders()
    holders.note(blocks(1, 2), 7)
    expect(holders.find(blocks(2, 2))).toBeUndefined()
    expect(holders.find(blocks(1, 2 + 65_536))).toBeUndefined()
    // That block has the place of the first in the table.
    holders.note(blocks(1, 2 + 65_536), 8)
    expect(holders.find(blocks(1, 2))).toBeUndefined()
  })

  it('take nothing for the beginning of no blocks', () => {
    const holders = createPromptHolders()
    holders.note(blocks(), 7)
    holders.note(blocks(1, 1), 7)
    expect(holders.find(blocks(0, 0))).toBeUndefined()
  })

  it('keep blocks apart that differ in the lower half of their second words', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer(), fc.integer()), {
          selector: ([, low]) => low & 0xffff,
          maxLength: 50,
        }),
        (pairs) => {
          const holders = createPromptHolders()
          pairs.forEach(([high, low], index) => holders.note(blocks(high, low), index + 1))
          expect(pairs.map(([high, low]) => holders.find(blocks(high, low)))).toEqual(
            pairs.map((_, index) => index + 1),
          )
        },
      ),
      { numRuns: 20 },
    )
  })
})
