/** The current figures of all cards that have run, built from the snapshots of the engine. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { applySeriesUpdate } from '../../../src/load-engine/protocol/apply-series-update.ts'
import type { BridgeStatus } from '../connection/bridge-status.ts'
import type { CardSnapshot, Snapshot, TotalSnapshot } from '../../../src/load-engine/protocol/messages.ts'
import type { LogEntry } from '../../../src/load-engine/model/log-entry.ts'
import type { Counts, Groups, Series } from '../../../src/load-engine/model/run-summary.ts'

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
  /** Why the last runs ended before their end; empty if they did not. */
  readonly lostBy: string
  /** The last requests, oldest first. */
  readonly log: readonly LogEntry[]
}

/** Maximum number of log entries on the page; the engine keeps more. */
const MAX_SHOWN_LOG = 300

const endedCounts = (counts: Counts): Counts => ({
  ...counts,
  arrived: counts.arrived - counts.waiting,
  waiting: 0,
  cancelled: counts.cancelled + counts.inFlight,
  inFlight: 0,
})

const endedCard = (card: LiveCard): LiveCard =>
  card.snapshot.state === 'running'
    ? { ...card, snapshot: { ...card.snapshot, state: 'stopped', counts: endedCounts(card.snapshot.counts) } }
    : card

export interface LiveStore extends StoreApi<Live> {
  apply(snapshot: Snapshot): void
  setBridge(bridge: BridgeStatus): void
  setLog(log: readonly LogEntry[]): void
  /** Ends the runs whose engine is lost; its requests in flight are cancelled. @returns whether the reason is shown: always, or where a card was running. */
  endRuns(reason: string, isAlwaysShown: boolean): boolean
  forget(cardId: string): void
}

export function createLiveStore(): LiveStore {
  const store = createStore<Live>(() => ({
    bridge: { state: 'connecting', reason: '', retryInMs: null },
    cards: {},
    total: null,
    lag: null,
    lostBy: '',
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
        const lostBy = snapshot.total.running > 0 ? '' : before.lostBy
        return { cards, total: snapshot.total, lag: snapshot.lag, lostBy, log }
      }),
    setBridge: (bridge) => store.setState({ bridge }),
    endRuns(lostBy, isAlwaysShown) {
      const { cards, total, lag } = store.getState()
      if ((total?.running ?? 0) === 0 && !isAlwaysShown) return false
      const ended = Object.entries(cards).map(([id, card]) => [id, endedCard(card)] as const)
      store.setState({
        cards: Object.fromEntries(ended),
        total: total && { ...total, counts: endedCounts(total.counts), running: 0 },
        lag: lag && { ...lag, warning: false },
        lostBy,
      })
      return true
    },
    setLog: (log) => store.setState({ log: log.slice(-MAX_SHOWN_LOG) }),
    forget: (cardId) =>
      store.setState(({ cards: { [cardId]: _removed, ...cards }, log }) => ({
        cards,
        log: log.filter((entry) => entry.cardId !== cardId),
      })),
  }
}
