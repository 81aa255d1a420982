/** A trouble in a few words: since when it has lasted, whom it hits; and how many there are. */
import { plural, span } from '../../ui/format/figures.ts'
import type { TrackedTrouble } from './track-troubles.ts'

/** `for 38 s`; `for over 38 s` where it may have begun before the page looked. */
export const sinceWords = ({ sinceMs, mayBeOlder }: TrackedTrouble, nowMs: number): string =>
  `for ${mayBeOlder ? 'over ' : ''}${span(nowMs - sinceMs)}`

const MOST_NAMES = 3

/** `hits Live, Batch and 4 more`; empty where none is named. */
export function hitWords(hits: readonly string[]): string {
  if (hits.length === 0) return ''
  const named = hits.slice(0, MOST_NAMES).join(', ')
  return `hits ${named}${hits.length > MOST_NAMES ? ` and ${hits.length - MOST_NAMES} more` : ''}`
}

/** `3 troubles`, of those that last. */
export function troubleCount(troubles: readonly TrackedTrouble[]): string {
  const lasting = troubles.filter(({ over }) => over === undefined).length
  return plural(lasting, 'trouble')
}
