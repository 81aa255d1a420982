// Caches the configuration's lists as last read: a list without writes stays the same object, and a write to one row
// does not cause the others to be read again.
import { firstFrom, type Configuration } from '../../core/state/configuration.ts'

/** Absent lists are read when next needed. Lists are replaced, never mutated, so a transaction works on a shallow copy. */
export type ConfigurationMemo = { -readonly [List in keyof Configuration]?: Configuration[List] | undefined }

/** Writes that are not yet in the list, by id; undefined stands for a deletion. */
export type ListEdits<Item> = Map<number, Item | undefined>

/** Collected until the next reading, because inserting 10,000 rows into a list one by one takes quadratic time. */
export type ConfigurationEdits = {
  readonly [List in 'endpoints' | 'blocks' | 'tokens' | 'aliases' | 'notes']: ListEdits<
    Configuration[List][number]
  >
}

export const noEdits = (): ConfigurationEdits => ({
  endpoints: new Map(),
  blocks: new Map(),
  tokens: new Map(),
  aliases: new Map(),
  notes: new Map(),
})

/** Merges and clears the edits. @returns the list in ascending id; the same object if there are no edits. */
export function applyEdits<Item extends { readonly id: number }>(
  list: readonly Item[] | undefined,
  edits: ListEdits<Item>,
): readonly Item[] | undefined {
  if (edits.size === 0) return list
  const ordered = [...edits].sort(([a], [b]) => a - b)
  edits.clear()
  // A list that is not loaded will be read from the database, which has the writes already.
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

/** Merges all edits into the memo. */
export function applyAllEdits(memo: ConfigurationMemo, edits: ConfigurationEdits): void {
  memo.endpoints = applyEdits(memo.endpoints, edits.endpoints)
  memo.blocks = applyEdits(memo.blocks, edits.blocks)
  memo.tokens = applyEdits(memo.tokens, edits.tokens)
  memo.aliases = applyEdits(memo.aliases, edits.aliases)
  memo.notes = applyEdits(memo.notes, edits.notes)
}
