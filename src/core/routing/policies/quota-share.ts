// Shares tokens between endpoints by quota: stride scheduling, where the lowest pass is served next.
// See Waldspurger and Weihl, "Stride Scheduling: Deterministic Proportional-Share Resource Management", 1995.
import { isFull, type EndpointRuntime, type LiveWire } from '../../state/endpoint-runtime.ts'

/**
 * How far a wire may stay behind its block's level, in average answers of the whole group: a few seconds of traffic,
 * and well beyond what the answers in flight can still move. Beyond it, credit of an endpoint that could not be used
 * (full, or not wired to where the traffic was) is forgotten.
 */
const DRIFT_RESPONSES = 512

/** As many again of its own a wire may be ahead: with a small quota a single answer leads far. */
const LEAD_RESPONSES = 64

/** An endpoint without quota takes part only where no other can, and then as an equal. */
const weight = (endpoint: EndpointRuntime): number => endpoint.config.quotaPercent || 1

export const charge = (endpoint: EndpointRuntime, tokens: number): void => {
  endpoint.pass += tokens / weight(endpoint)
}

const isNewcomer = (wire: LiveWire): boolean => wire.epoch !== wire.endpoint.epoch

const effectivePass = (wire: LiveWire): number => wire.endpoint.pass + wire.offset

/**
 * Starts the sharing afresh: new quotas hold from now on, and neither old debts nor answers that began under the
 * old quotas are held against anyone.
 */
export function resetPasses(endpoints: Iterable<EndpointRuntime>): void {
  for (const endpoint of endpoints) {
    endpoint.pass = 0
    endpoint.epoch += 1
  }
}

/** Places newcomers where their block is being served: their quota from now on, and nothing to catch up. */
function placeNewcomers(wires: readonly LiveWire[], level: number): void {
  for (const wire of wires) {
    if (!isNewcomer(wire)) continue
    wire.epoch = wire.endpoint.epoch
    wire.servedAt = level
    wire.offset = level - wire.endpoint.pass
  }
}

/** What one look at the candidates tells. */
interface WireScan {
  readonly lowest: LiveWire | undefined
  /** Where the block is being served: the highest standing at which one of its wires was last picked. */
  readonly level: number
  readonly furthest: number
  readonly weights: number
  readonly newcomers: boolean
}

function scanWires(candidates: readonly LiveWire[], overflow: boolean, responseTokens: number): WireScan {
  // Locals: of thousands of wires each is looked at once a request.
  const lead = LEAD_RESPONSES * responseTokens
  let newcomers = false
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
      newcomers = true
      continue
    }
    const at = endpoint.pass + wire.offset
    // Of a wire that has had a refund since, where it stands now.
    const served = at < wire.servedAt ? at : wire.servedAt
    if (served > level) level = served
    if (endpoint.inflight >= endpoint.capacity) continue
    const ownWeight = quotaPercent || 1
    weights += ownWeight
    // Divided only where it may matter.
    if (at > furthest) {
      const without = at - lead / ownWeight
      if (without > furthest) furthest = without
    }
    if (at < lowestAt) {
      lowestAt = at
      lowest = wire
    }
  }
  return { lowest, level: level > -Infinity ? level : 0, furthest, weights, newcomers }
}

/**
 * The wire whose endpoint is furthest behind its quota, ties by id.
 * @param candidates - one block's wires to available endpoints, ascending id; full ones are passed over.
 * @param answerTokens - what an average answer has.
 */
export function pickByQuota(candidates: readonly LiveWire[], responseTokens: number): LiveWire | undefined {
  const overflow = !candidates.some(({ endpoint }) => endpoint.config.quotaPercent > 0 && !isFull(endpoint))
  let scan = scanWires(candidates, overflow, responseTokens)
  if (scan.newcomers) {
    placeNewcomers(candidates, scan.level)
    scan = scanWires(candidates, overflow, responseTokens)
  }
  const picked = scan.lowest
  if (picked === undefined) return undefined
  const drift = (DRIFT_RESPONSES * responseTokens) / scan.weights
  if (scan.furthest > scan.level + drift) {
    for (const wire of candidates) {
      const most = scan.level + drift + (LEAD_RESPONSES * responseTokens) / weight(wire.endpoint)
      if (effectivePass(wire) > most) wire.offset = most - wire.endpoint.pass
    }
  }
  if (effectivePass(picked) < scan.level - drift) picked.offset = scan.level - drift - picked.endpoint.pass
  picked.servedAt = effectivePass(picked)
  return picked
}
