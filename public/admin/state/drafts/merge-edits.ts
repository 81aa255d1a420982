/** Merges the edits of two operators of one object by field. */
import { isSame, type Fields } from './fields.ts'

export interface Merge {
  /** Fields that both have changed, to different values: someone must decide. */
  readonly conflicting: readonly string[]
  /** Fields that only the other one has changed: they stay as they are. */
  readonly theirsOnly: readonly string[]
}

/**
 * @param base - the object as it was when this operator's edit began.
 * @param mine - the fields that this operator has changed.
 * @param theirs - the object as it is now.
 * @param settings - the fields that an operator can change: the others are counters and the like.
 */
export function mergeEdits(base: Fields, mine: Fields, theirs: Fields, settings: readonly string[]): Merge {
  const changed = settings.filter((field) => field in base && !isSame(base[field], theirs[field]))
  return {
    conflicting: changed.filter((field) => field in mine && !isSame(mine[field], theirs[field])),
    theirsOnly: changed.filter((field) => !(field in mine)),
  }
}
