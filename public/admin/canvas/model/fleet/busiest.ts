/** What a folded block says of its client tokens. */

export interface TokenTraffic {
  readonly id: number
  readonly tokensPerSecond: number
  readonly errorsPerSecond: number
}

/** Client tokens that a folded block names. */
const NAMED = 3

/** @returns the ids of the tokens with the most traffic, ascending, so that they do not swap places with every figure. */
export function busiest(tokens: readonly TokenTraffic[]): readonly number[] {
  return tokens
    .toSorted((left, right) => right.tokensPerSecond - left.tokensPerSecond || left.id - right.id)
    .slice(0, NAMED)
    .map(({ id }) => id)
    .sort((left, right) => left - right)
}

/** The ids of the tokens some of whose requests fail. */
export const failing = (tokens: readonly TokenTraffic[]): readonly number[] =>
  tokens.filter(({ errorsPerSecond }) => errorsPerSecond > 0).map(({ id }) => id)
