// One selection of an endpoint, and how the request ended there. Nothing of a prompt is in it.
import type { ChoiceReason, DecisionOutcome } from '../../contract/objects/decision-words.ts'
import type { ApiName } from '../../contract/objects/api-names.ts'
import type { Placement, RoutingMode } from '../../contract/objects/routing-field-schemas.ts'
import type { Candidate } from './candidate-table.ts'

export interface Decision {
  /** Counts selections from 1. */
  number: number
  /** Unix time. */
  atMs: number
  requestId: string | undefined
  blockId: number
  tokenId: number | null
  /** As the endpoint is asked, before its own names. */
  model: string | undefined
  /** The alias that the client named. */
  alias: string | undefined
  api: ApiName
  mode: RoutingMode
  placement: Placement
  /** Whether the request belongs to a session that is kept at one endpoint. */
  hasSession: boolean
  /** undefined for a request that is refused. */
  endpointId: number | undefined
  reason: ChoiceReason
  /** From 1; higher after a failover. */
  attempt: number
  /** Whether the request came from the queue. */
  isQueued: boolean
  /** As estimated. */
  promptTokens: number
  /** How many there are in the table. */
  candidates: number
  /** undefined while the endpoint works on the request. */
  outcome: DecisionOutcome | undefined
  /** Of the endpoint's response; undefined where there was none. */
  status: number | undefined
  /** From the selection to the first byte of a stream. */
  firstTokenMs: number | undefined
  /** From the selection to the end. */
  durationMs: number | undefined
  /** What failed, without secrets and without anything of the prompt. */
  error: string | undefined
  /** As the response reported them. */
  reportedCachedTokens: number | undefined
}

export interface DecisionRecord extends Readonly<Omit<Decision, 'candidates'>> {
  readonly candidates: readonly Candidate[]
}

/** An empty one, which is filled over and over. */
export const createDecision = (): Decision => ({
  number: 0,
  atMs: 0,
  requestId: undefined,
  blockId: 0,
  tokenId: null,
  model: undefined,
  alias: undefined,
  api: 'chat',
  mode: 'percentage',
  placement: 'prefix',
  hasSession: false,
  endpointId: undefined,
  reason: 'policy order',
  attempt: 0,
  isQueued: false,
  promptTokens: 0,
  candidates: 0,
  outcome: undefined,
  status: undefined,
  firstTokenMs: undefined,
  durationMs: undefined,
  error: undefined,
  reportedCachedTokens: undefined,
})
