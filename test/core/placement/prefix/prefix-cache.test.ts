import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPrefixCache, type PrefixCache } from '../../../../src/core/placement/prefix/prefix-cache.ts'
import { BYTES_PER_BLOCK } from '../../../../src/core/placement/prefix/block-table.ts'

/** Hashes of a prompt whose blocks have these contents: equal beginnings have equal hashes, and many share the table's head. */
function blocksOf(contents: readonly number[]): Int32Array {
  let high = 17
  return Int32Array.from(
    contents.flatMap((content) => {
      high = Math.imul(high, 31) + content
      return [high, content & 1]
    }),
  )
}

/** The same in the simplest way: a list of beginnings, the one used last first. */
function createModel() {
  let held: string[] = []
  let most = 0
  const beginnings = (contents: readonly number[]): string[] =>
    contents.map((_, index) => contents.slice(0, index + 1).join())
  return {
    depth: (contents: readonly number[]) =>
      beginnings(contents).findIndex((each) => !held.includes(each)) === -1
        ? contents.length
        : beginnings(contents).findIndex((each) => !held.includes(each)),
    add(contents: readonly number[]) {
      const used = beginnings(contents.slice(0, most))
      held = [...used, ...held.filter((each) => !used.includes(each))].slice(0, most)
    },
    setLimit(blocks: number) {
      most = blocks
      held = held.slice(0, most)
    },
    clear: () => void (held = []),
    size: () => held.length,
  }
}

const prompt = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 7 })
type Step = { readonly add: readonly number[] } | { readonly limit: number } | { readonly clear: true }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: prompt.map((contents) => ({ add: contents })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 }).map((limit) => ({ limit })) },
  { weight: 1, arbitrary: fc.constant({ clear: true } as const) },
)

const apply = (cache: PrefixCache, model: ReturnType<typeof createModel>, each: Step) => {
  if ('add' in each) {
    cache.add(blocksOf(each.add))
    model.add(each.add)
  } else if ('limit' in each) {
    cache.setLimit(each.limit)
    model.setLimit(each.limit)
  } else {
    cache.clear()
    model.clear()
  }
}

describe('the mirror of a prefix cache', () => {
  it('holds at any time what a list of beginnings, the one used last first, would hold', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.array(prompt, { minLength: 1, maxLength: 8 }),
        (steps, asked) => {
          const cache = createPrefixCache()
          const model = createModel()
          for (const each of [{ limit: 12 }, ...steps] satisfies readonly Step[]) {
            apply(cache, model, each)
            expect(cache.size()).toBe(model.size())
            for (const contents of asked) expect(cache.depth(blocksOf(contents))).toBe(model.depth(contents))
          }
        },
      ),
    )
  })

  it('stays within its limit, and its memory, under ten million distinct blocks', () => {
    const cache = createPrefixCache()
    cache.setLimit(50_000)
    const before = process.memoryUsage().arrayBuffers
    const blocks = new Int32Array(2 * 1_000)
    for (let round = 0; round < 10_000; round += 1) {
      for (let at = 0; at < blocks.length; at += 2) {
        blocks[at] = Math.imul(round + 1, 0x9e3779b1) ^ at
        blocks[at + 1] = Math.imul(round * 1_000 + at, 0x85ebca6b)
      }
      cache.add(blocks)
    }
    expect(cache.size()).toBe(50_000)
    expect(cache.depth(blocks)).toBe(1_000)
    // Tables that it has grown out of may still await collection.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * 50_000 * BYTES_PER_BLOCK)
  })
})
