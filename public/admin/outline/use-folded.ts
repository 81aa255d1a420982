/** Which sections of the outline are folded: remembered, but for what is folded while something is looked for. */
import { useMemo, useState, useSyncExternalStore } from 'react'
import { createStoredSetting } from '../../ui/browser/stored-setting.ts'
import type { NodeKind } from '../state/node-ref.ts'

const NONE: readonly string[] = []

const parse = (stored: unknown): readonly string[] =>
  Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : NONE

interface Folded {
  is(kind: NodeKind): boolean
  toggle(kind: NodeKind): void
}

/** @param isSeeking - then all are open at first, as what is found must be seen. */
export function useFolded(isSeeking: boolean): Folded {
  const setting = useMemo(() => createStoredSetting('outline.folded', parse), [])
  const stored = useSyncExternalStore(setting.subscribe, setting.get)
  const [meanwhile, setMeanwhile] = useState(NONE)
  const [wasSeeking, setWasSeeking] = useState(isSeeking)
  if (wasSeeking !== isSeeking) {
    setWasSeeking(isSeeking)
    setMeanwhile(NONE)
  }
  const folded = isSeeking ? meanwhile : stored
  return {
    is: (kind) => folded.includes(kind),
    toggle(kind) {
      const next = folded.includes(kind) ? folded.filter((one) => one !== kind) : [...folded, kind]
      if (isSeeking) setMeanwhile(next)
      else setting.set(next)
    },
  }
}
