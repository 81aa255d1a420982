// The configuration's lists as last read: a list that no write has touched stays the same object, and a write to one
// row does not read 100,000 others again.
import type { Configuration } from '../core/configuration.ts'

/** Absent lists are read at the next need. Lists are replaced, never changed: a transaction works on a shallow copy. */
export type ConfigurationMemo = { -readonly [List in keyof Configuration]?: Configuration[List] | undefined }

interface Identified {
  readonly id: number
}

/** @returns the list, in ascending id, with `item` in place of the one of its id or added. */
export function withItem<Item extends Identified>(list: readonly Item[], item: Item): readonly Item[] {
  const index = list.findIndex(({ id }) => id >= item.id)
  if (index === -1) return [...list, item]
  return list.toSpliced(index, list[index]?.id === item.id ? 1 : 0, item)
}

export const withoutItem = <Item extends Identified>(list: readonly Item[], id: number): readonly Item[] =>
  list.filter((item) => item.id !== id)
