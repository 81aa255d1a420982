/** The current figures of all cards that have run, built from the snapshots of the engine. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { applySeriesUpdate } from '../../../src/load-engine/protocol/apply-series-update.ts'
import type { BridgeStatus } from '../engine/bridge/bridge-status.ts'
import type { CardSnapshot, Snapshot, TotalSnapshot } from '../../../src/load-engine/protocol/messages.ts'
import type { Groups, LogEntry, Series } from '../../../src/load-engine/model/run-summary.ts'

export interface LiveCard {
  readonly snapshot: CardSnapshot
  readonly series: Series
  readonly groups: Groups | null
}

export interface Live {
  readonly bridge: BridgeStatus
  readonly cards: Readonly<Record<string, LiveCard>>
  readonly total: TotalSnapshot | null
  readonly lag: Snapshot['lag'] | null
  /** The last requests, oldest first. */
  readonly log: readonly LogEntry[]
}

/** Maximum number of log entries on the page; the engine keeps more. */
const MAX_SHOWN_LOG = 300

export interface LiveStore extends StoreApi<Live> {
  apply(snapshot: Snapshot): void
  setBridge(bridge: BridgeStatus): void
  setLog(log: readonly LogEntry[]): void
  forget(cardId: string): void
}

export function createLiveStore(): LiveStore {
  const store = createStore<Live>(() => ({
    bridge: { state: 'connecting', roundTripMs: null, reason: '', retryInMs: null },
    cards: {},
    total: null,
    lag: null,
    log: [],
  }))
  return {
    ...store,
    apply: (snapshot) =>
      store.setState((before) => {
        const cards = { ...before.cards }
        for (const card of snapshot.cards) {
          const previous = cards[card.cardId]
          cards[card.cardId] = {
            snapshot: card,
            series: applySeriesUpdate(previous?.series ?? null, card.series),
            groups: card.groups ?? previous?.groups ?? null,
          }
        }
        const log =
          snapshot.log.length === 0 ? before.log : [...before.log, ...snapshot.log].slice(-MAX_SHOWN_LOG)
        return { cards, total: snapshot.total, lag: snapshot.lag, log }
      }),
    setBridge: (bridge) => store.setState({ bridge }),
    setLog: (log) => store.setState({ log: log.slice(-MAX_SHOWN_LOG) }),
    forget: (cardId) =>
      store.setState(({ cards: { [cardId]: _removed, ...cards }, log }) => ({
        cards,
        log: log.filter((entry) => entry.cardId !== cardId),
      })),
  }
}
