// Explains where a request would be sent, and changes no state.
import type { Clock } from '../clock.ts'
import type { Placer } from '../placement/placer.ts'
import { mayGoTo, wiresFor } from '../routing/candidate-set.ts'
import { obstacleOf } from '../routing/explain-selection.ts'
import type { Refusal } from '../routing/refusal.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import { selectTarget } from '../routing/select-target.ts'
import type { Select } from '../routing/selector.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { createCandidateTable, readCandidates, type Candidate } from './candidate-table.ts'
import { createDecision, type DecisionRecord } from './decision.ts'
import { fillDecision } from './fill-decision.ts'
import { selectionFacts } from './selection-facts.ts'

export interface Explanation {
  /** What the request was tried as, in order: the last one is selected, unless it is refused. */
  readonly tries: readonly DecisionRecord[]
  /** undefined where an endpoint is selected. */
  readonly refusal: Refusal | undefined
}

export type ExplainRequest = (request: RoutingRequest, tried: readonly EndpointRuntime[]) => Explanation

interface ExplainContext {
  readonly state: GatewayState
  readonly clock: Clock
  readonly placer: Placer
  readonly select: Select
}

/** Those endpoints of the block that never serve the request, and why. */
function describeOthers(
  state: GatewayState,
  request: RoutingRequest,
  candidates: readonly Candidate[],
  nowMs: number,
): Candidate[] {
  const described = new Set(candidates.map(({ endpointId }) => endpointId))
  const wired = state.snapshot().endpointsByBlock.get(request.blockId) ?? []
  return wired
    .filter(({ id }) => mayGoTo(request, id) && !described.has(id))
    .map(({ id, priorityOrder }) => {
      const endpoint = state.endpoint(id)
      return {
        endpointId: id,
        state: obstacleOf(endpoint, request, false, nowMs) ?? 'lacks the route',
        pass: endpoint.pass,
        rank: priorityOrder,
        inflight: endpoint.inflight,
        firstTokenMs: undefined,
        queueMs: undefined,
        cachedTokens: undefined,
      }
    })
}

export function createExplainRequest(context: ExplainContext): ExplainRequest {
  const { state, clock, select } = context

  const explainOne = (
    request: RoutingRequest,
    tried: readonly EndpointRuntime[],
    tries: DecisionRecord[],
  ): { readonly refusal: Refusal } | { readonly endpointId: number } => {
    const wires = wiresFor(state, request)
    // The policy notes in the wires what it selects.
    const before = wires.map((wire) => ({ ...wire }))
    const nowMs = clock()
    try {
      const selected = select(request, tried, nowMs)
      const wire = 'code' in selected ? undefined : selected
      const decision = createDecision()
      const table = createCandidateTable(wires.length)
      const facts = selectionFacts(context, request, tried, wire, nowMs)
      fillDecision(decision, facts, { table, firstRow: 0, most: wires.length, isThorough: true })
      const candidates = readCandidates(table, 0, decision.candidates)
      const others = describeOthers(state, request, candidates, nowMs)
      tries.push({ ...decision, candidates: [...candidates, ...others] })
      return 'code' in selected ? { refusal: selected } : { endpointId: selected.endpoint.config.id }
    } finally {
      wires.forEach((wire, index) => Object.assign(wire, before[index]))
      state.journal.noteAll()
    }
  }

  return (request, tried) => {
    const tries: DecisionRecord[] = []
    const selection = selectTarget(state, request, (target) => explainOne(target, tried, tries))
    // Of an alias without any target in reach it is said why nothing serves it.
    if (tries.length === 0) explainOne({ ...request, targets: undefined }, tried, tries)
    return { tries, refusal: 'refusal' in selection ? selection.refusal : undefined }
  }
}
