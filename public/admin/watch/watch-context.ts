/** What watches the gateway while an operator is signed in: troubles and notices. */
import { createContext, use } from 'react'
import { useStore } from 'zustand'
import type { NoticeStore } from '../notices/notice-store.ts'
import type { TroubleWatch } from '../troubles/watch-troubles.ts'

export interface Watch {
  readonly troubles: TroubleWatch
  readonly notices: NoticeStore
}

export const WatchContext = createContext<Watch | undefined>(undefined)

export function useWatch(): Watch {
  const watch = use(WatchContext)
  if (watch === undefined) throw new Error('outside of WatchContext')
  return watch
}

/** The troubles of the last look, those that have just ended among them. */
export const useTroubles = () => useStore(useWatch().troubles.store)
