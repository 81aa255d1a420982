// Hashes the beginnings of a prompt in chained blocks, keyed by a secret, so that hashes can neither be foreseen nor read back.
import { PROMPT_BLOCK_BYTES } from './prompt.ts'

/** Indexes into the hashed bytes; `end` is the index after the last byte. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** 32-bit words of the secret. */
export const HASH_KEY_WORDS = 8

/** What follows has no hash: it bounds the time for a body that holds images. */
export const MAX_PROMPT_BLOCKS = 1_024

const NO_BLOCKS = new Int32Array(0)
const LANE_PRIME = 0x9e3779b1
const SECOND_PRIME = 0x85ebca77
const THIRD_PRIME = 0xc2b2ae3d

// Holds a block whose bytes lie in several ranges. Hashing is never interrupted by another hashing.
const gathered = new Uint8Array(PROMPT_BLOCK_BYTES)
const gatheredView = new DataView(gathered.buffer)

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

/** Lets each bit of a word change each other with a probability of one half. */
function mix(word: number): number {
  const second = Math.imul(word ^ (word >>> 15), SECOND_PRIME)
  const third = Math.imul(second ^ (second >>> 13), THIRD_PRIME)
  return third ^ (third >>> 16)
}

/**
 * Writes the hash of one block at an index of `hashes`. Four lanes take a word each in turn: a processor works on them at the
 * same time. A word is multiplied by a factor of the key, so that no client can tell which other words would cancel a change.
 * @param low - the first word of the hash before it.
 * @param high - the second.
 */
function hashBlock(
  view: DataView,
  start: number,
  key: Int32Array,
  low: number,
  high: number,
  hashes: Int32Array,
  index: number,
): void {
  const keyOf = (word: number): number => key[word] as number
  let a = keyOf(0) ^ low
  let b = keyOf(1) ^ high
  let c = (keyOf(2) + low) | 0
  let d = (keyOf(3) + high) | 0
  const factorA = keyOf(4) | 1
  const factorB = keyOf(5) | 1
  const factorC = keyOf(6) | 1
  const factorD = keyOf(7) | 1
  const end = start + PROMPT_BLOCK_BYTES
  for (let at = start; at < end; at += 16) {
    a = (a + Math.imul(view.getInt32(at, true), factorA)) | 0
    a = Math.imul(rotate(a, 13), LANE_PRIME)
    b = (b + Math.imul(view.getInt32(at + 4, true), factorB)) | 0
    b = Math.imul(rotate(b, 13), LANE_PRIME)
    c = (c + Math.imul(view.getInt32(at + 8, true), factorC)) | 0
    c = Math.imul(rotate(c, 13), LANE_PRIME)
    d = (d + Math.imul(view.getInt32(at + 12, true), factorD)) | 0
    d = Math.imul(rotate(d, 13), LANE_PRIME)
  }
  const first = mix((rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0)
  hashes[index] = first
  hashes[index + 1] = mix((Math.imul(a ^ rotate(c, 16), THIRD_PRIME) + rotate(b, 9) - d) ^ first)
}

/** Copies the next block from several ranges. @returns where the block after it begins, in the range that it was left in. */
function gather(bytes: Uint8Array, ranges: readonly ByteRange[], range: number, from: number) {
  let at = from
  let filled = 0
  for (;;) {
    const { end } = ranges[range] as ByteRange
    const copied = Math.min(end - at, PROMPT_BLOCK_BYTES - filled)
    gathered.set(bytes.subarray(at, at + copied), filled)
    filled += copied
    at += copied
    if (filled === PROMPT_BLOCK_BYTES) return { range, at }
    range += 1
    at = (ranges[range] as ByteRange).start
  }
}

/**
 * @param ranges - of the prompt; they are hashed as if their bytes followed each other.
 * @param seed - two words. Prompts with different seeds have no hash in common.
 * @param key - random words, as many as HASH_KEY_WORDS.
 * @returns two words a block; what is left after the last whole block has none.
 */
export function hashBlocks(
  bytes: Uint8Array,
  ranges: readonly ByteRange[],
  seed: readonly [number, number],
  key: Int32Array,
): Int32Array {
  let length = 0
  for (const { start, end } of ranges) length += end - start
  const words = 2 * Math.min(Math.floor(length / PROMPT_BLOCK_BYTES), MAX_PROMPT_BLOCKS)
  if (words === 0) return NO_BLOCKS
  const hashes = new Int32Array(words)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let [low, high] = seed
  let place = { range: 0, at: (ranges[0] as ByteRange).start }
  for (let index = 0; index < words; index += 2) {
    const { range, at } = place
    if ((ranges[range] as ByteRange).end - at >= PROMPT_BLOCK_BYTES) {
      hashBlock(view, at, key, low, high, hashes, index)
      place.at += PROMPT_BLOCK_BYTES
    } else {
      place = gather(bytes, ranges, range, at)
      hashBlock(gatheredView, 0, key, low, high, hashes, index)
    }
    low = hashes[index] as number
    high = hashes[index + 1] as number
  }
  return hashes
}
