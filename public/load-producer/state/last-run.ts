/** What remains of a run whose connection was lost: what was saved of it, with the figures that were told last. */
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { meanRates } from '../format/mean-rates.ts'
import type { Live } from './live-store.ts'

/** The cards of the run that are still shown get the figures shown. */
export const withLiveFigures = (run: SavedRun, { cards }: Pick<Live, 'cards'>): SavedRun => ({
  ...run,
  cards: run.cards.map((card) => {
    const shown = cards[card.cardId]
    if (shown === undefined) return card
    const { state, elapsedMs, counts, failures, tokens, goodput, latency, lag, tester } = shown.snapshot
    const figures = { counts, failures, tokens, goodput, latency, lag, tester, ...meanRates(shown.snapshot) }
    return {
      ...card,
      ...figures,
      state,
      durationMs: elapsedMs,
      groups: shown.groups ?? card.groups,
      series: shown.series,
    }
  }),
})
