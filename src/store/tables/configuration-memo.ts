// The configuration's lists as last read: a list that no write has touched stays the same object, and a write to one
// row does not read 100,000 others again.
import { firstFrom, type Configuration } from '../../core/state/configuration.ts'

/** Absent lists are read at the next need. Lists are replaced, never changed: a transaction works on a shallow copy. */
export type ConfigurationMemo = { -readonly [List in keyof Configuration]?: Configuration[List] | undefined }

/** What was written to a list and is not in it yet, by id; undefined is deleted. */
export type ListEdits<Item> = Map<number, Item | undefined>

/** Kept beside the memo's lists until the next reading: to put 10,000 rows into a list one by one is quadratic. */
export type ConfigurationEdits = {
  readonly [List in 'endpoints' | 'blocks' | 'tokens']: ListEdits<Configuration[List][number]>
}

export const noEdits = (): ConfigurationEdits => ({
  endpoints: new Map(),
  blocks: new Map(),
  tokens: new Map(),
})

/** @returns the list, in ascending id, with the edits, which are forgotten; the same list where there are none. */
export function applyEdits<Item extends { readonly id: number }>(
  list: readonly Item[] | undefined,
  edits: ListEdits<Item>,
): readonly Item[] | undefined {
  if (edits.size === 0) return list
  const ordered = [...edits].sort(([a], [b]) => a - b)
  edits.clear()
  // What is not in the memo will be read with all that has been written.
  if (list === undefined) return undefined
  const folded: Item[] = []
  let start = 0
  for (const [id, item] of ordered) {
    const index = firstFrom(list, id)
    for (const kept of list.slice(start, index)) folded.push(kept)
    if (item !== undefined) folded.push(item)
    start = list[index]?.id === id ? index + 1 : index
  }
  return folded.concat(list.slice(start))
}

/** Brings the memo up to date with what was written. */
export function applyAllEdits(memo: ConfigurationMemo, edits: ConfigurationEdits): void {
  memo.endpoints = applyEdits(memo.endpoints, edits.endpoints)
  memo.blocks = applyEdits(memo.blocks, edits.blocks)
  memo.tokens = applyEdits(memo.tokens, edits.tokens)
}
