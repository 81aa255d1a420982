// Renders recorded and explained decisions.
import type { CandidateView, DecisionView, ExplanationView } from '../../contract/traffic/decision.ts'
import type { Candidate } from '../../core/decisions/candidate-table.ts'
import type { DecisionRecord } from '../../core/decisions/decision.ts'
import type { AdmissionExplanation } from '../../core/queue/admission.ts'
import { roundTo } from '../../core/round-to.ts'

const rounded = (value: number | undefined): number | null => (value === undefined ? null : roundTo(value, 1))

const candidateView =
  ({ mode }: DecisionRecord) =>
  ({
    endpointId,
    state,
    pass,
    rank,
    inflight,
    firstTokenMs,
    queueMs,
    cachedTokens,
  }: Candidate): CandidateView => ({
    endpoint_id: endpointId,
    state,
    pass: mode === 'percentage' ? roundTo(pass, 3) : null,
    rank: mode === 'priority' ? rank : null,
    inflight,
    expected_ms: rounded(firstTokenMs),
    queue_ms: rounded(queueMs),
    cached_tokens: cachedTokens === undefined ? null : Math.round(cachedTokens),
  })

const selectionView = (decision: DecisionRecord) => ({
  block_id: decision.blockId,
  token_id: decision.tokenId,
  model: decision.model ?? null,
  alias: decision.alias ?? null,
  call: decision.api,
  routing_mode: decision.mode,
  placement: decision.placement,
  has_session: decision.hasSession,
  prompt_tokens: Math.round(decision.promptTokens),
  endpoint_id: decision.endpointId ?? null,
  reason: decision.endpointId === undefined ? null : decision.reason,
  candidates: decision.candidates.map(candidateView(decision)),
})

export const decisionView = (decision: DecisionRecord): DecisionView => ({
  number: decision.number,
  at: new Date(decision.atMs).toISOString(),
  request_id: decision.requestId ?? null,
  ...selectionView(decision),
  attempt: decision.attempt,
  queued: decision.isQueued,
  outcome: decision.outcome ?? null,
  status: decision.status ?? null,
  first_token_ms: rounded(decision.firstTokenMs),
  duration_ms: rounded(decision.durationMs),
  error: decision.error ?? null,
  cached_tokens: decision.reportedCachedTokens ?? null,
})

export function explanationView({ tries, refusal, waits }: AdmissionExplanation): ExplanationView {
  const views = tries.map(selectionView)
  const last = views.at(-1)
  if (last === undefined) throw new Error('an explanation tries at least one request')
  return {
    ...last,
    tries: views.map(({ model, call, candidates }) => ({ model, call, candidates })),
    refusal: refusal
      ? { code: refusal.code, detail: refusal.detail, retry_after_seconds: refusal.retryAfterS ?? null }
      : null,
    waits,
  }
}
