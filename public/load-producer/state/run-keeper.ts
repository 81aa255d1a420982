/** Saves the run that is under way every five seconds, and at its end, so that no closed tab takes it along. */
import type { EngineLink } from './engine-link.ts'
import type { Library } from './library.ts'
import type { LiveStore } from './live-store.ts'

const SAVE_EVERY_MS = 5_000

const runName = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

/**
 * A run begins when a card starts while none is running, and holds the cards that were started since.
 * @returns to be called before each start.
 */
export function createRunKeeper(engine: EngineLink, library: Library, live: LiveStore): () => void {
  let run: { readonly id: string; readonly beganAtMs: number } | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let isUnderWay = false
  const isRunning = (): boolean => (live.getState().total?.running ?? 0) > 0

  const save = async (): Promise<void> => {
    if (run === undefined) return
    const { id, beganAtMs } = run
    const collected = await engine.collect('')
    const cards = collected.cards.filter(({ startedAtMs }) => startedAtMs >= beganAtMs)
    if (cards.length === 0) return
    const ids = new Set(cards.map(({ cardId }) => cardId))
    const given = library.getState().runs.find((saved) => saved.id === id)?.name
    library.keepRun({
      ...collected,
      id,
      name: given ?? runName(cards.map(({ scenario }) => scenario.name)).slice(0, 200),
      startedAtMs: Math.min(...cards.map(({ startedAtMs }) => startedAtMs)),
      cards,
      log: collected.log.filter(({ cardId }) => ids.has(cardId)),
    })
  }
  engine.onEnded(() => {
    void save()
    if (isRunning()) return
    isUnderWay = false
    clearInterval(timer)
    timer = undefined
    void engine.readLog().then(live.setLog)
  })
  return () => {
    // The engine's clock starts a little later than this one.
    if (!isUnderWay) run = { id: crypto.randomUUID(), beganAtMs: Date.now() - 50 }
    isUnderWay = true
    timer ??= setInterval(() => void save(), SAVE_EVERY_MS)
  }
}
