import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPrefixCache } from '../../../src/simulation/scheduler/prefix-cache.ts'

/** A prompt of words 1 to 3 as blocks: each is the number whose digits are the words up to it. */
const blocksOf = (words: readonly number[]): number[] => {
  let block = 0
  return words.map((word) => (block = block * 4 + word))
}
const parentOf = (block: number): number => Math.floor(block / 4)

/** Evicts the least recently used of the blocks that no other held block follows. */
function createNaiveCache(capacity: number) {
  const lastUse = new Map<number, number>()
  let prompts = 0
  return {
    lastUse,
    add(blocks: readonly number[]) {
      prompts += 1
      for (const block of blocks) lastUse.set(block, prompts)
      while (lastUse.size > capacity) {
        const parents = new Set([...lastUse.keys()].map(parentOf))
        const leaves = [...lastUse].filter(([block]) => !parents.has(block))
        const [oldest] = leaves.reduce((a, b) => (b[1] < a[1] ? b : a))
        lastUse.delete(oldest)
      }
    },
  }
}

const prompts = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 }).map(blocksOf), {
  maxLength: 40,
})

describe('the prefix cache', () => {
  it('holds what a naive cache holds that evicts the least recently used of the last blocks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), prompts, (capacity, all) => {
        const cache = createPrefixCache(() => capacity)
        const naive = createNaiveCache(capacity)
        const seen = new Set(all.flat())
        for (const blocks of all) {
          const missing = blocks.findIndex((block) => !naive.lastUse.has(block))
          expect(cache.match(blocks)).toBe(missing === -1 ? blocks.length : missing)
          cache.add(blocks)
          naive.add(blocks)
          const held = [...seen].filter((block) => cache.match([block]) === 1)
          expect(new Set(held)).toEqual(new Set(naive.lastUse.keys()))
          expect(cache.size()).toBe(held.length)
        }
      }),
    )
  })

  it('never holds more than its capacity, nor a block without those before it, whatever the capacity becomes', () => {
    const steps = fc.array(
      fc.tuple(fc.nat({ max: 12 }), fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 })),
    )
    fc.assert(
      fc.property(steps, (all) => {
        let capacity = 0
        const cache = createPrefixCache(() => capacity)
        const seen = new Set<number>()
        for (const [nextCapacity, words] of all) {
          capacity = nextCapacity
          const blocks = blocksOf(words)
          for (const block of blocks) seen.add(block)
          expect(cache.match(blocks)).toBeLessThanOrEqual(capacity)
          cache.add(blocks)
          expect(cache.size()).toBeLessThanOrEqual(capacity)
          expect(cache.match(blocks)).toBe(Math.min(capacity, blocks.length))
          for (const block of seen) {
            const parent = parentOf(block)
            if (parent > 0 && cache.match([block]) === 1) expect(cache.match([parent])).toBe(1)
          }
        }
        cache.clear()
        expect([cache.size(), cache.match([1])]).toEqual([0, 0])
      }),
    )
  })
})
