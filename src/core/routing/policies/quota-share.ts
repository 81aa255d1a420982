// Percentage mode: shares tokens between endpoints by quota. Stride scheduling: the lowest pass is served next.
// See Waldspurger and Weihl, "Stride Scheduling: Deterministic Proportional-Share Resource Management", 1995.
import { isFull } from '../../shared/slots.ts'
import type { EndpointRuntime, LiveWire } from '../../state/endpoint-runtime.ts'
import type { RoutingPolicy } from './policy.ts'

/**
 * How far the pass of a wire may fall behind its block's level, in average responses of the whole group: a few seconds
 * of traffic, and well beyond what open leases can still move. Credit beyond it is forgotten: the endpoint could not
 * be used (full, or not wired to the blocks that had traffic).
 */
const DRIFT_RESPONSES = 512

/** How much further ahead a wire may be, in responses of its own: with a small quota one response moves a pass far. */
const LEAD_RESPONSES = 64

/** An endpoint without quota is a candidate only where no other is, and then all weigh the same. */
const weight = (endpoint: EndpointRuntime): number => endpoint.config.quotaPercent || 1

/** Moves the pass of an endpoint. @param tokens - negative for a refund. */
export const chargePass = (endpoint: EndpointRuntime, tokens: number): void => {
  endpoint.pass += tokens / weight(endpoint)
}

const isNewcomer = (wire: LiveWire): boolean => wire.epoch !== wire.endpoint.epoch

const effectivePass = (wire: LiveWire): number => wire.endpoint.pass + wire.offset

/** Gives newcomers the level at which their block is being served: they get their quota from now on, without arrears. */
function placeNewcomers(wires: readonly LiveWire[], level: number): void {
  for (const wire of wires) {
    if (!isNewcomer(wire)) continue
    wire.epoch = wire.endpoint.epoch
    wire.servedAt = level
    wire.offset = level - wire.endpoint.pass
  }
}

/** The result of one pass over the candidates. */
interface CandidateScan {
  /** The wire with the lowest effective pass among those with a free slot. */
  readonly lowest: LiveWire | undefined
  /** Where the block is being served: the highest effective pass at which one of its wires was last selected. */
  readonly level: number
  /** The highest effective pass, less the lead that each wire may have. */
  readonly furthest: number
  /** Sum of the weights of the wires with a free slot. */
  readonly weights: number
  readonly hasNewcomers: boolean
}

function scanCandidates(
  candidates: readonly LiveWire[],
  overflow: boolean,
  responseTokens: number,
): CandidateScan {
  // Kept in locals: every request visits every wire, and there may be thousands.
  const lead = LEAD_RESPONSES * responseTokens
  let hasNewcomers = false
  let level = -Infinity
  let lowestAt = Infinity
  let lowest: LiveWire | undefined
  let weights = 0
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
    // A refund since the last selection lowers the pass at which the wire counts as served.
    const served = at < wire.servedAt ? at : wire.servedAt
    if (served > level) level = served
    if (endpoint.inflight >= endpoint.capacity) continue
    const ownWeight = quotaPercent || 1
    weights += ownWeight
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
  return { lowest, level: level > -Infinity ? level : 0, furthest, weights, hasNewcomers }
}

/**
 * Selects the wire whose endpoint is furthest behind its quota; the lower id wins a tie.
 * @param responseTokens - tokens of an average response.
 */
function selectLowestPass(candidates: readonly LiveWire[], responseTokens: number): LiveWire | undefined {
  const overflow = !candidates.some(({ endpoint }) => endpoint.config.quotaPercent > 0 && !isFull(endpoint))
  if (overflow && candidates.every(({ endpoint }) => isFull(endpoint))) return undefined
  let scan = scanCandidates(candidates, overflow, responseTokens)
  if (scan.hasNewcomers) {
    placeNewcomers(candidates, scan.level)
    scan = scanCandidates(candidates, overflow, responseTokens)
  }
  const selected = scan.lowest
  if (selected === undefined) return undefined
  const drift = (DRIFT_RESPONSES * responseTokens) / scan.weights
  if (scan.furthest > scan.level + drift) {
    for (const wire of candidates) {
      const most = scan.level + drift + (LEAD_RESPONSES * responseTokens) / weight(wire.endpoint)
      if (effectivePass(wire) > most) wire.offset = most - wire.endpoint.pass
    }
  }
  if (effectivePass(selected) < scan.level - drift)
    selected.offset = scan.level - drift - selected.endpoint.pass
  selected.servedAt = effectivePass(selected)
  return selected
}

export const quotaSharePolicy: RoutingPolicy = {
  select: (candidates, request, { estimate }) =>
    selectLowestPass(candidates, estimate.guess(request.measure, undefined)),
  reservesFirst: () => false,
}
