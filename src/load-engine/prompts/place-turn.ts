/** Says which turn of which conversation a request is. */

export interface Turn {
  /** From 0. */
  readonly session: number
  /** From 0. */
  readonly turn: number
}

/**
 * Conversations go on in rounds: the first turn of each, then the second of each. So a turn comes `sessions` requests after
 * the one before it, whatever the responses are.
 * @param number - of the request, from 1.
 */
export function placeTurn(number: number, turns: number, sessions: number): Turn {
  const index = number - 1
  const round = Math.floor(index / (sessions * turns))
  const inRound = index % (sessions * turns)
  return { session: round * sessions + (inRound % sessions), turn: Math.floor(inRound / sessions) }
}
