// Percentage mode: shares tokens between endpoints by quota. Stride scheduling: the lowest pass is served next, or one near it.
import { isFull } from '../../shared/slots.ts'
import type { EndpointRuntime, LiveWire } from '../../state/endpoint-runtime.ts'
import { createShareList } from '../long-lists/share-list.ts'
import { eligibleAmong, type EligibleWires } from './eligible-wires.ts'
import type { RoutingPolicy } from './policy.ts'
import {
  comparePass,
  driftOf,
  effectivePass,
  isNewcomer,
  isOverflow,
  leadTokens,
  limitLead,
  noteSelected,
  placeNewcomer,
  slackOf,
  weight,
  type GroupSums,
} from './share-rules.ts'

/** Moves the pass of an endpoint. @param tokens - negative for a refund. */
export const chargePass = (endpoint: EndpointRuntime, tokens: number): void => {
  endpoint.pass += tokens / weight(endpoint)
  endpoint.journal.note(endpoint)
}

/** The result of one pass over the candidates. */
interface CandidateScan extends GroupSums {
  /** The wire with the lowest effective pass among those with a free slot. */
  readonly lowest: LiveWire | undefined
  /** Where the block is being served: the highest effective pass at which one of its wires was last selected. */
  readonly level: number
  /** The highest effective pass, less the lead that each wire may have. */
  readonly furthest: number
  readonly hasNewcomers: boolean
}

function scanCandidates(
  candidates: readonly LiveWire[],
  overflow: boolean,
  responseTokens: number,
): CandidateScan {
  const lead = leadTokens(responseTokens)
  let hasNewcomers = false
  let level = -Infinity
  let lowestAt = Infinity
  let lowest: LiveWire | undefined
  let weights = 0
  let count = 0
  let total = 0
  let furthest = -Infinity
  for (const wire of candidates) {
    const { endpoint } = wire
    const { quotaPercent } = endpoint.config
    if ((quotaPercent === 0) !== overflow) continue
    if (wire.epoch !== endpoint.epoch) {
      hasNewcomers = true
      continue
    }
    const at = endpoint.pass + wire.offset
    const served = at < wire.servedAt ? at : wire.servedAt
    if (served > level) level = served
    total += wire.served
    if (endpoint.inflight >= endpoint.capacity) continue
    const ownWeight = quotaPercent || 1
    weights += ownWeight
    count += 1
    // The condition saves a division for most wires.
    if (at > furthest) {
      const without = at - lead / ownWeight
      if (without > furthest) furthest = without
    }
    if (at < lowestAt) {
      lowestAt = at
      lowest = wire
    }
  }
  return {
    lowest,
    level: level > -Infinity ? level : 0,
    furthest,
    weights,
    count,
    served: total,
    hasNewcomers,
  }
}

/**
 * Selects the wire whose endpoint is furthest behind its quota, or one nearly as far behind that placement prefers; the lower id
 * wins a tie.
 * @param responseTokens - tokens of an average response.
 * @param hasSession - whether the request belongs to a session.
 */
function select(
  candidates: readonly LiveWire[],
  responseTokens: number,
  hasSession: boolean,
  pick: ((eligible: EligibleWires) => LiveWire | undefined) | undefined,
): LiveWire | undefined {
  const overflow = !candidates.some(({ endpoint }) => !isOverflow(endpoint) && !isFull(endpoint))
  if (overflow && candidates.every(({ endpoint }) => isFull(endpoint))) return undefined
  let scan = scanCandidates(candidates, overflow, responseTokens)
  if (scan.hasNewcomers) {
    for (const wire of candidates) if (isNewcomer(wire)) placeNewcomer(wire, scan.level)
    scan = scanCandidates(candidates, overflow, responseTokens)
  }
  const { lowest, level } = scan
  if (lowest === undefined) return undefined
  const slack = slackOf(scan, responseTokens, hasSession)
  const most = effectivePass(lowest) + slack
  const isEligible = (wire: LiveWire): boolean =>
    effectivePass(wire) <= most && isOverflow(wire.endpoint) === overflow && !isFull(wire.endpoint)
  const selected = pick?.(eligibleAmong(candidates, isEligible)) ?? lowest
  const drift = driftOf(scan, responseTokens, slack)
  if (scan.furthest > level + drift)
    for (const wire of candidates) limitLead(wire, level + drift, responseTokens)
  noteSelected(selected, level - drift)
  return selected
}

export const quotaSharePolicy: RoutingPolicy = {
  select(candidates, request, { estimate, pickFor }) {
    const pick = pickFor(request)
    return select(
      candidates,
      estimate.guess(request.measure, undefined),
      request.session !== undefined,
      pick && ((eligible) => pick(eligible, request, comparePass)),
    )
  },
  createListSelector: createShareList,
  reservesFirst: () => false,
  passedOver: (wire, selected) =>
    isOverflow(wire.endpoint) && !isOverflow(selected.endpoint) ? 'overflow only' : 'ahead of its share',
}
