// Writes down what a selection found of each candidate, before anything is charged for it.
import type { CandidateState, ChoiceReason } from '../../contract/objects/decision-words.ts'
import { MAX_CONSIDERED, type Considered } from '../placement/considered.ts'
import { hasOneEndpoint } from '../routing/candidate-set.ts'
import { obstacleOf } from '../routing/explain-selection.ts'
import { effectivePass } from '../routing/policies/share-rules.ts'
import { isReady } from '../routing/readiness.ts'
import { isFull } from '../shared/slots.ts'
import type { LiveWire } from '../state/endpoint-runtime.ts'
import { endpointIdAt, writeCandidate, writeTimes, type CandidateTable } from './candidate-table.ts'
import type { SelectionFacts } from './selection-facts.ts'

const hasRoom = ({ request, tried, nowMs }: SelectionFacts, { endpoint }: LiveWire): boolean =>
  !isFull(endpoint) && isReady(endpoint, request, nowMs) && !tried.includes(endpoint)

/** Whether it is the one of this number among those that placement has compared. */
const isConsidered = (considered: Considered | undefined, index: number, wire: LiveWire): boolean =>
  considered !== undefined && index < considered.count && considered.wires[index] === wire

/** @param index - the number of the wire among those that placement has compared; -1 where it is none of them. */
function stateOf(facts: SelectionFacts, wire: LiveWire, index: number): CandidateState {
  const { request, tried, selected, considered, policy, nowMs } = facts
  const { endpoint } = wire
  if (index >= 0 || wire === selected) return 'eligible'
  if (tried.includes(endpoint)) return 'tried before'
  if (!isReady(endpoint, request, nowMs)) return obstacleOf(endpoint, request, false, nowMs) ?? 'eligible'
  if (isFull(endpoint)) return 'full'
  // With room, but refused.
  if (selected === undefined) return 'kept free'
  return considered?.isWhole === false ? 'not considered' : policy.passedOver(wire, selected)
}

function findTimes(
  table: CandidateTable,
  row: number,
  { expected, request, placement, nowMs }: SelectionFacts,
  { endpoint }: LiveWire,
): void {
  const tokens = expected.promptTokens(request)
  const cached = placement === 'prefix' ? expected.cachedTokens(endpoint, request, tokens) : 0
  const queueMs = expected.queueMs(endpoint)
  writeTimes(table, row, expected.firstTokenMs(endpoint, tokens - cached, nowMs, queueMs), queueMs, cached)
}

/** @param index - as in `stateOf`. */
function describe(
  table: CandidateTable,
  row: number,
  facts: SelectionFacts,
  wire: LiveWire,
  index: number,
  isThorough: boolean,
): void {
  const { considered, selected } = facts
  const { endpoint } = wire
  writeCandidate(table, row, {
    endpointId: endpoint.config.id,
    state: stateOf(facts, wire, index),
    pass: effectivePass(wire),
    rank: endpoint.config.priorityOrder,
    inflight: endpoint.inflight,
  })
  if (index < 0 && (isThorough || wire === selected)) findTimes(table, row, facts, wire)
  else if (index < 0 || considered === undefined) writeTimes(table, row, NaN, NaN, NaN)
  else {
    const { firstTokenMs, queueMs, cachedTokens } = considered
    writeTimes(table, row, firstTokenMs[index] ?? NaN, queueMs[index] ?? NaN, cachedTokens[index] ?? NaN)
  }
}

function isListed(table: CandidateTable, firstRow: number, count: number, wire: LiveWire): boolean {
  const { id } = wire.endpoint.config
  for (let row = firstRow; row < firstRow + count; row += 1) if (endpointIdAt(table, row) === id) return true
  return false
}

const triedOf = ({ wires, tried }: SelectionFacts): readonly LiveWire[] =>
  tried.length === 0 ? [] : wires.filter(({ endpoint }) => tried.includes(endpoint))

/**
 * Of more candidates than `most` the selected one comes first, then those that were compared, then the others.
 * @param isThorough - whether times are also expected of candidates that placement has not compared.
 * @returns how many candidates were written.
 */
export function describeCandidates(
  table: CandidateTable,
  firstRow: number,
  most: number,
  facts: SelectionFacts,
  isThorough = false,
): number {
  const { wires, selected, considered } = facts
  let count = 0
  const add = (wire: LiveWire, index: number): void => {
    describe(table, firstRow + count, facts, wire, index, isThorough)
    count += 1
  }
  if (wires.length <= Math.min(most, MAX_CONSIDERED)) {
    // So few are compared in the order of the wires.
    let next = 0
    for (const wire of wires) add(wire, isConsidered(considered, next, wire) ? next++ : -1)
    return count
  }
  const addOther = (wire: LiveWire, index: number): void => {
    if (count < most && !isListed(table, firstRow, count, wire)) add(wire, index)
  }
  if (selected) {
    const index = considered?.wires.indexOf(selected) ?? -1
    add(selected, isConsidered(considered, index, selected) ? index : -1)
  }
  for (let index = 0; considered && index < considered.count && count < most; index += 1) {
    const wire = considered.wires[index]
    if (wire) addOther(wire, index)
  }
  // Of very many, those that were not compared say nothing, but that an attempt at them has failed.
  const others = isThorough || considered === undefined || considered.isWhole ? wires : triedOf(facts)
  for (let index = 0; index < others.length && count < most; index += 1) {
    const wire = others[index]
    if (wire) addOther(wire, -1)
  }
  return count
}

/** Why the selected endpoint was preferred. */
export function choiceReason(facts: SelectionFacts): ChoiceReason {
  const { request, wires, selected, considered } = facts
  if (hasOneEndpoint(request)) return 'pinned'
  if (!wires.some((wire) => wire !== selected && hasRoom(facts, wire))) return 'only candidate'
  return considered === undefined || considered.count === 1 ? 'policy order' : considered.reason
}
