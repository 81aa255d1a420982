// Estimates the tokens of the next response from those of earlier responses.

/** The unit of a request's charge: completion tokens, prompt tokens for calls without a completion, or none for calls that cost none. */
export type TokenMeasure = 'completion' | 'prompt' | 'none'

export interface TokenEstimate {
  /**
   * @param limit - the request's own limit; undefined where it has none.
   * @returns at least 1, so that no request is free.
   */
  guess(measure: TokenMeasure, limit: number | undefined): number
  learn(measure: TokenMeasure, tokens: number): void
}

const FIRST_GUESS = 256
const SMOOTHING = 0.05

export function createTokenEstimate(): TokenEstimate {
  const average: Record<TokenMeasure, number> = { completion: FIRST_GUESS, prompt: FIRST_GUESS, none: 1 }
  const samples: Record<TokenMeasure, number> = { completion: 0, prompt: 0, none: 0 }
  return {
    guess: (measure, limit = Infinity) => Math.max(1, Math.min(average[measure], limit)),
    learn(measure, tokens) {
      samples[measure] += 1
      // A plain mean at first, so that the first responses have equal weight.
      average[measure] += (tokens - average[measure]) * Math.max(SMOOTHING, 1 / samples[measure])
    },
  }
}
