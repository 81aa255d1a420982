/** Which sections of the outline are folded. Kept in the browser's storage, except for folds during a search. */
import { useMemo, useState, useSyncExternalStore } from 'react'
import { createStoredSetting } from '../../ui/browser/stored-setting.ts'
import type { OutlineKind } from './outline-groups.ts'

const NONE: readonly string[] = []

const parse = (stored: unknown): readonly string[] =>
  Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : NONE

interface Folded {
  is(kind: OutlineKind): boolean
  toggle(kind: OutlineKind): void
}

/** @param isSearching - during a search all sections start open, to show the results */
export function useFolded(isSearching: boolean): Folded {
  const setting = useMemo(() => createStoredSetting('outline.folded', parse), [])
  const stored = useSyncExternalStore(setting.subscribe, setting.get)
  const [foldedInSearch, setFoldedInSearch] = useState(NONE)
  const [wasSearching, setWasSearching] = useState(isSearching)
  if (wasSearching !== isSearching) {
    setWasSearching(isSearching)
    setFoldedInSearch(NONE)
  }
  const folded = isSearching ? foldedInSearch : stored
  return {
    is: (kind) => folded.includes(kind),
    toggle(kind) {
      const next = folded.includes(kind) ? folded.filter((one) => one !== kind) : [...folded, kind]
      if (isSearching) setFoldedInSearch(next)
      else setting.set(next)
    },
  }
}
