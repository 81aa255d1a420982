// Percentage mode: shares tokens between endpoints by quota. Stride scheduling: the lowest pass is served next, or one near it.
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

/** The lower, the further the wire is behind its quota. */
export const effectivePass = (wire: LiveWire): number => wire.endpoint.pass + wire.offset

/** Gives newcomers the level at which their block is being served: they get their quota from now on, without arrears. */
function placeNewcomers(wires: readonly LiveWire[], level: number): void {
  for (const wire of wires) {
    if (!isNewcomer(wire)) continue
    wire.epoch = wire.endpoint.epoch
    wire.served = 0
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
  /** How many these are. */
  readonly count: number
  /** How often a wire of the group was selected since its accounting began. */
  readonly served: number
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
    // A refund since the last selection lowers the pass at which the wire counts as served.
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

/** How far, in average responses of an average wire, another wire than the lowest may be ahead of it and be selected. */
const SLACK_RESPONSES = 16
/** Unless a session is kept together, the slack is at most this part of what has been served: shares hold from the first requests on. */
const SLACK_SHARE = 1 / 64

const comparePass = (a: LiveWire, b: LiveWire): number => effectivePass(a) - effectivePass(b)

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
  pick: ((isEligible: (wire: LiveWire) => boolean) => LiveWire | undefined) | undefined,
): LiveWire | undefined {
  const overflow = !candidates.some(({ endpoint }) => endpoint.config.quotaPercent > 0 && !isFull(endpoint))
  if (overflow && candidates.every(({ endpoint }) => isFull(endpoint))) return undefined
  let scan = scanCandidates(candidates, overflow, responseTokens)
  if (scan.hasNewcomers) {
    placeNewcomers(candidates, scan.level)
    scan = scanCandidates(candidates, overflow, responseTokens)
  }
  const { lowest, level, weights, count, served } = scan
  if (lowest === undefined) return undefined
  const slackResponses = hasSession ? SLACK_RESPONSES : Math.min(SLACK_RESPONSES, served * SLACK_SHARE)
  const slack = (slackResponses * responseTokens * count) / weights
  const most = effectivePass(lowest) + slack
  const isEligible = (wire: LiveWire): boolean =>
    effectivePass(wire) <= most &&
    (wire.endpoint.config.quotaPercent === 0) === overflow &&
    !isFull(wire.endpoint)
  const selected = pick?.(isEligible) ?? lowest
  const drift = (DRIFT_RESPONSES * responseTokens) / weights + 2 * slack
  if (scan.furthest > level + drift) {
    for (const wire of candidates) {
      const furthest = level + drift + (LEAD_RESPONSES * responseTokens) / weight(wire.endpoint)
      if (effectivePass(wire) > furthest) wire.offset = furthest - wire.endpoint.pass
    }
  }
  if (effectivePass(selected) < level - drift) selected.offset = level - drift - selected.endpoint.pass
  selected.servedAt = effectivePass(selected)
  selected.served += 1
  return selected
}

export const quotaSharePolicy: RoutingPolicy = {
  select(candidates, request, { estimate, pickFor }) {
    const pick = pickFor(request)
    return select(
      candidates,
      estimate.guess(request.measure, undefined),
      request.session !== undefined,
      pick && ((isEligible) => pick(candidates, request, isEligible, comparePass)),
    )
  },
  reservesFirst: () => false,
  passedOver: (wire, selected) =>
    wire.endpoint.config.quotaPercent === 0 && selected.endpoint.config.quotaPercent > 0
      ? 'overflow only'
      : 'ahead of its share',
}
