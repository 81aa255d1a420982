/** Looks for troubles with every update of the live figures and of the configuration, and once a second without any. */
import { QueryObserver } from '@tanstack/react-query'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ModelsView } from '../../../src/contract/models/models.ts'
import type { Page } from '../state/page/page.tsx'
import { summariesQuery, unusableOf } from '../models/models-query.ts'
import { endingOf } from './ending-of.ts'
import { trackTroubles, type TrackedTrouble } from './track-troubles.ts'
import { troublesOf } from './troubles-of.ts'

interface Look {
  readonly troubles: readonly TrackedTrouble[]
  /** When it was taken, on the page's clock. */
  readonly atMs: number
  /** Whether nothing has been looked at yet. */
  readonly isFirst: boolean
}

export interface TroubleWatch {
  readonly store: StoreApi<Look>
  /** @returns a function that ends it. */
  start(): () => void
}

const LOOK_MS = 1_000

export function createTroubleWatch({ gateway, live, feed, queries, call }: Page): TroubleWatch {
  const store = createStore<Look>(() => ({ troubles: [], atMs: 0, isFirst: true }))
  const models = new QueryObserver<ModelsView>(queries, summariesQuery(call))

  const look = (): void => {
    // Nothing is known before the first figures.
    if (live.get('gateway', '') === undefined || gateway.getState().confirmed === undefined) return
    const { data } = models.getCurrentResult()
    const facts = { state: gateway.getState().confirmed, live }
    const found = troublesOf({
      ...facts,
      unusableWires: data === undefined ? [] : unusableOf(data),
      dataAgeMs: feed.ageMs(),
    })
    const { troubles, isFirst } = store.getState()
    if (!isFirst && troubles.length === 0 && found.length === 0) return
    const atMs = performance.now()
    store.setState({
      troubles: trackTroubles(isFirst ? undefined : troubles, found, atMs, (one) => endingOf(one, facts)),
      atMs,
      isFirst: false,
    })
  }

  return {
    store,
    start() {
      const ends = [
        live.subscribe('gateway', '', look),
        gateway.subscribe(look),
        models.subscribe(look),
        feed.connection.subscribe(({ phase }, before) => phase !== before.phase && look()),
      ]
      const timer = setInterval(look, LOOK_MS)
      look()
      return () => {
        clearInterval(timer)
        for (const end of ends) end()
      }
    },
  }
}
