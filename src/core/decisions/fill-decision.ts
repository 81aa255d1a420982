// Writes a selection down in a decision, before anything is charged for it.
import type { CandidateTable } from './candidate-table.ts'
import type { Decision } from './decision.ts'
import { choiceReason, describeCandidates } from './describe-candidates.ts'
import type { SelectionFacts } from './selection-facts.ts'

/** Where in a table its candidates stand. */
export interface CandidateRows {
  readonly table: CandidateTable
  readonly firstRow: number
  readonly most: number
  /** Whether times are also expected of candidates that placement has not compared. Default false. */
  readonly isThorough?: boolean
}

export function fillDecision(
  decision: Decision,
  facts: SelectionFacts,
  { table, firstRow, most, isThorough = false }: CandidateRows,
): void {
  fillRequest(decision, facts)
  const { request, expected } = facts
  decision.reason = choiceReason(facts)
  decision.promptTokens = expected.promptTokens(request)
  decision.candidates = describeCandidates(table, firstRow, most, facts, isThorough)
}

/** What stays the same for as long as the request lasts, and an end that is not known yet. */
export function fillRequest(decision: Decision, facts: SelectionFacts): void {
  const { request, tried, selected } = facts
  decision.requestId = request.requestId
  decision.blockId = request.blockId
  decision.tokenId = request.token?.id ?? null
  decision.model = request.model
  decision.alias = request.alias?.name
  decision.api = request.api
  decision.mode = facts.mode
  decision.placement = facts.placement
  decision.hasSession = request.session !== undefined
  decision.endpointId = selected?.endpoint.config.id
  decision.attempt = tried.length + 1
  decision.durationMs = decision.error = undefined
  decision.outcome = decision.status = decision.firstTokenMs = decision.reportedCachedTokens = undefined
}
