// The members of a request's body that say where it is best served: its prompt, and what names its session.
import type { ByteRange } from '../../core/placement/prefix/hash-blocks.ts'
import type { ValueRange } from '../json/find-members.ts'
import { CLOSE_BRACKET, QUOTE } from '../json/json-scan.ts'
import { present } from '../request/body-members.ts'

/** In the order in which engines render them. */
const promptKeys = ['tools', 'functions', 'system', 'instructions', 'messages', 'prompt', 'input'] as const

export const placementKeys = [...promptKeys, 'cache_salt', 'user', 'prompt_cache_key'] as const

/** Nothing is known of the values, not even their types. */
export type PlacementMembers = Readonly<Partial<Record<(typeof placementKeys)[number], ValueRange>>>

const SPACE = 0x20

/** @returns the range without what closes an array or a string: a prompt that goes on has the same bytes up to there. */
function openEnded(bytes: Buffer, { start, end }: ValueRange): ByteRange {
  const last = bytes[end - 1]
  if (last === QUOTE) return { start, end: end - 1 }
  if (last !== CLOSE_BRACKET) return { start, end }
  let at = end - 1
  while ((bytes[at - 1] as number) <= SPACE) at -= 1
  return { start, end: at }
}

/** @returns where the prompt's own bytes are, as the client sent them. */
export function promptRanges(bytes: Buffer, members: PlacementMembers): ByteRange[] {
  const ranges: ByteRange[] = []
  for (const key of promptKeys) {
    const value = present(bytes, members[key])
    if (value !== undefined) ranges.push(openEnded(bytes, value))
  }
  return ranges
}
