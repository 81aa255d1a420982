/** Saves the current run every five seconds and at its end, so that closing the tab loses at most five seconds. */
import { randomId } from '../../ui/browser/random-id.ts'
import { MAX_LOG_ENTRIES, type SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import type { EngineClient } from './engine-client.ts'
import type { Library } from './library.ts'
import type { LiveStore } from './live-store.ts'

const SAVE_EVERY_MS = 5_000

const runName = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

export interface RunAutosave {
  /** Must be called before each start of a card. */
  beforeStart(): void
  /** Must be called after a card is stopped and before the engine discards it, so that its figures stay in the run. */
  beforeForget(): void
}

/** Adds the cards and log entries of the saved run that the engine has discarded since. */
function withDiscardedCards(current: SavedRun, saved: SavedRun | undefined): SavedRun {
  const currentIds = new Set(current.cards.map(({ cardId }) => cardId))
  const cards = saved?.cards.filter(({ cardId }) => !currentIds.has(cardId)) ?? []
  if (saved === undefined || cards.length === 0) return current
  const log = saved.log.filter(({ cardId }) => !currentIds.has(cardId))
  return {
    ...current,
    name: saved.name,
    startedAtMs: saved.startedAtMs,
    cards: [...cards, ...current.cards],
    log: [...log, ...current.log].sort((left, right) => left.number - right.number).slice(-MAX_LOG_ENTRIES),
  }
}

/** A run begins when a card starts while none is running; it contains all cards that start until no card is running. */
export function createRunAutosave(engine: EngineClient, library: Library, live: LiveStore): RunAutosave {
  let run: { readonly id: string; readonly beganAtMs: number } | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let isActive = false
  const isRunning = (): boolean => (live.getState().total?.running ?? 0) > 0

  const save = async (): Promise<void> => {
    if (run === undefined) return
    const { id, beganAtMs } = run
    const collected = await engine.collect('')
    if (collected === null) return
    const cards = collected.cards.filter(({ startedAtMs }) => startedAtMs >= beganAtMs)
    if (cards.length === 0) return
    const ids = new Set(cards.map(({ cardId }) => cardId))
    const saved = library.getState().runs.find((one) => one.id === id)
    const current = {
      ...collected,
      id,
      name: saved?.name ?? runName(cards.map(({ scenario }) => scenario.name)).slice(0, 200),
      startedAtMs: Math.min(...cards.map(({ startedAtMs }) => startedAtMs)),
      cards,
      log: collected.log.filter(({ cardId }) => ids.has(cardId)),
    }
    library.saveRun(withDiscardedCards(current, saved))
  }
  engine.onEnded(() => {
    void save()
    if (isRunning()) return
    isActive = false
    clearInterval(timer)
    timer = undefined
    void engine.readLog().then(live.setLog)
  })
  return {
    beforeStart() {
      // 50 ms tolerance: the clocks of the page and the worker may differ slightly.
      if (!isActive) run = { id: randomId(), beganAtMs: Date.now() - 50 }
      isActive = true
      timer ??= setInterval(() => void save(), SAVE_EVERY_MS)
    },
    beforeForget() {
      if (isActive) void save()
    },
  }
}
