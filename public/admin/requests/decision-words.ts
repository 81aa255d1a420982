/** Says in a sentence why an endpoint was selected. */
import type { DecisionView } from '../../../src/contract/traffic/decision.ts'

const byOrder: Readonly<Record<DecisionView['routing_mode'], string>> = {
  percentage: 'It was furthest behind its share of those about as quick.',
  priority: 'It was the first of its rank of those about as quick.',
  balanced: 'It had the fewest requests of those about as quick.',
}

const strictly: Readonly<Record<DecisionView['routing_mode'], string>> = {
  percentage: 'It was furthest behind its share.',
  priority: 'It was the first in rank with room.',
  balanced: 'It had the fewest requests.',
}

const others: Readonly<Partial<Record<NonNullable<DecisionView['reason']>, string>>> = {
  pinned: 'The client token, the alias or an object names this endpoint.',
  'only candidate': 'No other endpoint had room for it.',
  session: 'Its session stays at this endpoint.',
  'least expected time': 'Of the eligible endpoints its first token was expected here soonest.',
}

/** Where the mode left one endpoint only, times were not compared. */
const comparesTimes = ({ placement, candidates }: DecisionView): boolean =>
  placement !== 'quota_order' && candidates.filter(({ state }) => state === 'eligible').length > 1

export const reasonSentence = (decision: DecisionView): string => {
  const { reason, routing_mode } = decision
  return (reason && others[reason]) ?? (comparesTimes(decision) ? byOrder : strictly)[routing_mode]
}

/** The candidate that was selected. */
export const selectedOf = ({ candidates, endpoint_id }: DecisionView) =>
  candidates.find((candidate) => candidate.endpoint_id === endpoint_id)
