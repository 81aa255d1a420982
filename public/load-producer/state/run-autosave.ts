/** Saves the run that is under way every five seconds, and at its end, so that no closed tab takes it along. */
import { MAX_LOG_ENTRIES, type SavedRun } from '../model/saved-run.ts'
import type { EngineClient } from './engine-client.ts'
import type { Library } from './library.ts'
import type { LiveStore } from './live-store.ts'

const SAVE_EVERY_MS = 5_000

const runName = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

export interface RunAutosave {
  /** To be called before each start. */
  beforeStart(): void
  /** To be called before the engine forgets a card, once it has been stopped: its part of the run stays. */
  beforeForget(): void
}

/** With the cards that the engine has forgotten since the run was last saved. */
function withForgotten(now: SavedRun, saved: SavedRun | undefined): SavedRun {
  const known = new Set(now.cards.map(({ cardId }) => cardId))
  const cards = saved?.cards.filter(({ cardId }) => !known.has(cardId)) ?? []
  if (saved === undefined || cards.length === 0) return now
  const log = saved.log.filter(({ cardId }) => !known.has(cardId))
  return {
    ...now,
    name: saved.name,
    startedAtMs: saved.startedAtMs,
    cards: [...cards, ...now.cards],
    log: [...log, ...now.log].sort((left, right) => left.number - right.number).slice(-MAX_LOG_ENTRIES),
  }
}

/** A run begins when a card starts while none is running, and holds the cards that were started since. */
export function createRunAutosave(engine: EngineClient, library: Library, live: LiveStore): RunAutosave {
  let run: { readonly id: string; readonly beganAtMs: number } | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let isActive = false
  const isRunning = (): boolean => (live.getState().total?.running ?? 0) > 0

  const save = async (): Promise<void> => {
    if (run === undefined) return
    const { id, beganAtMs } = run
    const collected = await engine.collect('')
    const cards = collected.cards.filter(({ startedAtMs }) => startedAtMs >= beganAtMs)
    if (cards.length === 0) return
    const ids = new Set(cards.map(({ cardId }) => cardId))
    const saved = library.getState().runs.find((one) => one.id === id)
    const now = {
      ...collected,
      id,
      name: saved?.name ?? runName(cards.map(({ scenario }) => scenario.name)).slice(0, 200),
      startedAtMs: Math.min(...cards.map(({ startedAtMs }) => startedAtMs)),
      cards,
      log: collected.log.filter(({ cardId }) => ids.has(cardId)),
    }
    library.saveRun(withForgotten(now, saved))
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
      // The engine's clock starts a little later than this one.
      if (!isActive) run = { id: crypto.randomUUID(), beganAtMs: Date.now() - 50 }
      isActive = true
      timer ??= setInterval(() => void save(), SAVE_EVERY_MS)
    },
    beforeForget() {
      if (isActive) void save()
    },
  }
}
