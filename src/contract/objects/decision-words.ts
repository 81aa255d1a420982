// The words that explain a decision of the router.

/** What a selection found of an endpoint. `eligible` is one that it could take. */
export const candidateStates = [
  'eligible',
  // Of very many eligible endpoints only some are compared at a time.
  'not considered',
  'ahead of its share',
  // Its quota is 0, beside others that have one.
  'overflow only',
  'lower rank',
  // Reserved for the prioritised input token.
  'kept free',
  'full',
  'tried before',
  'disabled',
  'does not serve the call',
  'lacks the model',
  'lacks the route',
  'unhealthy',
  'cooling down',
  'cooling down for this client',
  'cooling down for this model',
  'cooling down for this client and model',
  'being probed',
] as const
export type CandidateState = (typeof candidateStates)[number]

/** Why the selected endpoint was preferred to the others. */
export const choiceReasons = [
  // The client token, the alias or an object names the endpoint.
  'pinned',
  'only candidate',
  'session',
  'least expected time',
  'policy order',
] as const
export type ChoiceReason = (typeof choiceReasons)[number]

export const decisionOutcomes = ['success', 'failure', 'aborted'] as const
export type DecisionOutcome = (typeof decisionOutcomes)[number]
