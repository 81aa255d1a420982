import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  HASH_KEY_WORDS,
  MAX_PROMPT_BLOCKS,
  hashBlocks,
  type ByteRange,
} from '../../../../src/core/placement/prefix/hash-blocks.ts'
import { PROMPT_BLOCK_BYTES } from '../../../../src/core/placement/prefix/prompt.ts'

const keyOf = (start: number): Int32Array =>
  Int32Array.from({ length: HASH_KEY_WORDS }, (_, index) => Math.imul(start + index, 0x2c1b3c6d) ^ 0x5bd1e995)

const key = keyOf(1)
const seed = [1, 2] as const
const seedOf = (low: number, high: number) => [low, high] as const

const hash = (
  bytes: Uint8Array,
  ranges: readonly ByteRange[] = [{ start: 0, end: bytes.length }],
): Int32Array => hashBlocks(bytes, ranges, seed, key)

/** The bytes of a text that has no period, of which fast-check need not make each one. */
function bytesOf(length: number, start: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let word = start | 1
  for (let at = 0; at < length; at += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0
    bytes[at] = word >>> 24
  }
  return bytes
}

const longBytes = fc
  .tuple(fc.nat(6 * PROMPT_BLOCK_BYTES), fc.nat())
  .map(([length, start]) => bytesOf(length, start))

/** Numbers of equal blocks at the beginning of both. */
function equalBlocks(one: Int32Array, other: Int32Array): number {
  const words = Math.min(one.length, other.length)
  let equal = 0
  while (equal < words && one[equal] === other[equal] && one[equal + 1] === other[equal + 1]) equal += 2
  return equal / 2
}

/** Blocks of one that have a hash in the other, wherever. */
function sharedBlocks(one: Int32Array, other: Int32Array): number {
  const names = (hashes: Int32Array) =>
    Array.from({ length: hashes.length / 2 }, (_, block) => `${hashes[2 * block]} ${hashes[2 * block + 1]}`)
  const known = new Set(names(other))
  return names(one).filter((name) => known.has(name)).length
}

describe('hashBlocks', () => {
  it('hashes whole blocks, and no more than a bound', () => {
    for (const length of [0, 1, 1_023, 1_024, 2_047, 2_048])
      expect(hash(bytesOf(length, 1))).toHaveLength(2 * Math.floor(length / 1_024))
    const tooLong = bytesOf((MAX_PROMPT_BLOCKS + 2) * PROMPT_BLOCK_BYTES, 1)
    expect(hash(tooLong)).toHaveLength(2 * MAX_PROMPT_BLOCKS)
    expect(hash(tooLong, [])).toHaveLength(0)
  })

  it('gives the same words on every machine and in every process', () => {
    expect([...hash(bytesOf(2_100, 1))]).toEqual([-345303018, 1709576950, 481677480, 1854599676])
  })

  it('gives equal beginnings equal hashes, and different ones from the first changed block on', () => {
    fc.assert(
      fc.property(longBytes, longBytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, more, at, by) => {
        const hashes = hash(bytes)
        const longer = new Uint8Array(bytes.length + more.length)
        longer.set(bytes)
        longer.set(more, bytes.length)
        expect(equalBlocks(hash(longer), hashes)).toBe(hashes.length / 2)
        if (bytes.length === 0) return
        const index = at % bytes.length
        const changed = bytes.slice()
        changed[index] = (changed[index] as number) ^ by
        const before = Math.min(Math.floor(index / PROMPT_BLOCK_BYTES), hashes.length / 2)
        expect(equalBlocks(hash(changed), hashes)).toBe(before)
        expect(sharedBlocks(hash(changed), hashes)).toBe(before)
      }),
    )
  })

  it('gives the same bytes the same hashes, whatever their ranges and their place in memory', () => {
    const cuts = fc.array(fc.tuple(fc.nat(2_500), fc.nat(40)), { maxLength: 12 })
    fc.assert(
      fc.property(longBytes, cuts, fc.nat(9), (bytes, pieces, offset) => {
        const ranges: ByteRange[] = []
        const memory = new Uint8Array(bytes.length + offset + 12 * 40 + 40)
        const spread = memory.subarray(offset)
        let taken = 0
        let at = 0
        for (const [length, gap] of [...pieces, [bytes.length, 0] as const]) {
          const piece = bytes.subarray(taken, taken + length)
          spread.set(piece, at + gap)
          ranges.push({ start: at + gap, end: at + gap + piece.length })
          taken += piece.length
          at += gap + piece.length
        }
        expect(hash(spread, ranges)).toEqual(hash(bytes))
      }),
    )
  })

  it('gives other hashes with another seed or key', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    const bytes = bytesOf(4 * PROMPT_BLOCK_BYTES, 7)
    const ranges = [{ start: 0, end: bytes.length }]
    fc.assert(
      fc.property(word, word, word, word, (low, high, otherLow, otherHigh) => {
        fc.pre(low !== otherLow || high !== otherHigh)
        const one = hashBlocks(bytes, ranges, seedOf(low, high), key)
        const other = hashBlocks(bytes, ranges, seedOf(otherLow, otherHigh), key)
        expect(sharedBlocks(one, other)).toBe(0)
      }),
    )
    const hashes = hash(bytes)
    for (let index = 0; index < HASH_KEY_WORDS; index += 1) {
      const other = key.slice()
      other[index] = (other[index] as number) ^ 2
      expect(sharedBlocks(hashBlocks(bytes, ranges, seed, other), hashes)).toBe(0)
    }
  })

  it('has no equal hashes among a million blocks, of which few bits or only those before them differ, and no bit that is more often set', () => {
    // Of two blocks each, the second of which is always the same.
    const count = 2 ** 19
    const bytes = bytesOf(2 * PROMPT_BLOCK_BYTES, 3)
    const words = new Uint32Array(bytes.buffer)
    const ranges = [{ start: 0, end: bytes.length }]
    const seen = new Float64Array(2 * count)
    const set = new Float64Array(64)
    for (let index = 0; index < count; index += 1) {
      // Two words of different lanes.
      words[9] = index & 1_023
      words[200] = (index >>> 10) << 22
      const hashes = hashBlocks(bytes, ranges, seed, key)
      for (const block of [0, 1]) {
        const low = hashes[2 * block] as number
        const high = hashes[2 * block + 1] as number
        for (let bit = 0; bit < 32; bit += 1) {
          set[bit] = (set[bit] as number) + ((low >>> bit) & 1)
          set[32 + bit] = (set[32 + bit] as number) + ((high >>> bit) & 1)
        }
        // 53 bits of the 64: two of a million are equal once in 16,000 keys.
        seen[2 * index + block] = (low >>> 0) * 2 ** 21 + (high >>> 11)
      }
    }
    seen.sort()
    const equal = seen.reduce(
      (sum, value, index) => sum + (index > 0 && value === seen[index - 1] ? 1 : 0),
      0,
    )
    expect(equal).toBe(0)
    // Six standard deviations of a fair coin.
    const most = 6 * Math.sqrt(count / 2)
    for (const times of set) expect(Math.abs(times - count)).toBeLessThan(most)
  })

  it('changes about half of the bits of a hash where one bit of a block changes', () => {
    const block = bytesOf(PROMPT_BLOCK_BYTES, 5)
    const hashes = hash(block)
    const bitsOf = (word: number): number => word.toString(2).replaceAll('0', '').length
    for (let at = 0; at < PROMPT_BLOCK_BYTES; at += 1) {
      let flipped = 0
      for (let bit = 0; bit < 8; bit += 1) {
        const changed = block.slice()
        changed[at] = (changed[at] as number) ^ (1 << bit)
        const other = hash(changed)
        for (const word of [0, 1])
          flipped += bitsOf(((other[word] as number) ^ (hashes[word] as number)) >>> 0)
      }
      // Of 512 bits; more than six standard deviations.
      expect(Math.abs(flipped - 256)).toBeLessThan(75)
    }
  })
})
