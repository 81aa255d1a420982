// Guesses how many tokens the next answer will have, from those before it.

/** What a share is counted in: completion tokens, or prompt tokens where a call has no completion. */
export type TokenMeasure = 'completion' | 'prompt'

export interface TokenEstimate {
  /**
   * @param limit - the request's own bound, where it has one.
   * @returns at least 1, so that no request is free.
   */
  guess(measure: TokenMeasure, limit: number | undefined): number
  learn(measure: TokenMeasure, tokens: number): void
}

const FIRST_GUESS = 256
const SMOOTHING = 0.05

export function createTokenEstimate(): TokenEstimate {
  const average: Record<TokenMeasure, number> = { completion: FIRST_GUESS, prompt: FIRST_GUESS }
  const samples: Record<TokenMeasure, number> = { completion: 0, prompt: 0 }
  return {
    guess: (measure, limit = Infinity) => Math.max(1, Math.min(average[measure], limit)),
    learn(measure, tokens) {
      samples[measure] += 1
      // A plain mean at first, so that the very first answers count alike.
      average[measure] += (tokens - average[measure]) * Math.max(SMOOTHING, 1 / samples[measure])
    },
  }
}
