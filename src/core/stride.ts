// Shares tokens between endpoints by quota: stride scheduling, where the lowest pass is served next.
// See Waldspurger and Weihl, "Stride Scheduling: Deterministic Proportional-Share Resource Management", 1995.
import { cooldownRemainingMs, isFull, type EndpointRuntime } from './endpoint-runtime.ts'

/**
 * How far passes may drift apart, in average answers of the whole group: a few seconds of traffic, and well
 * beyond what the answers in flight can still move. Beyond it, credit of an endpoint that could not be used
 * (full, or not wired to where the traffic was) is forgotten.
 */
const DRIFT_ANSWERS = 512

/** An endpoint without quota takes part only where no other can, and then as an equal. */
export const weight = (endpoint: EndpointRuntime): number => endpoint.config.quotaPercent || 1

export const charge = (endpoint: EndpointRuntime, tokens: number): void => {
  endpoint.pass += tokens / weight(endpoint)
}

const sameTier = (a: EndpointRuntime, b: EndpointRuntime): boolean =>
  a.config.quotaPercent > 0 === b.config.quotaPercent > 0

/** Places a newcomer at the lowest pass of the others: its quota from now on, and nothing to catch up. */
function join(endpoint: EndpointRuntime, everyone: Iterable<EndpointRuntime>, nowMs: number): void {
  endpoint.joining = false
  let lowest = Infinity
  for (const other of everyone) {
    if (other === endpoint || other.joining || !sameTier(other, endpoint)) continue
    if (cooldownRemainingMs(other, nowMs) === 0) lowest = Math.min(lowest, other.pass)
  }
  if (lowest < Infinity) endpoint.pass = lowest
}

/**
 * Keeps what an endpoint owes or is owed, in tokens, when its quota changes.
 * @param everyone - all endpoints that take part.
 */
export function rescale(
  endpoint: EndpointRuntime,
  oldQuota: number,
  everyone: Iterable<EndpointRuntime>,
): void {
  const newQuota = endpoint.config.quotaPercent
  if (oldQuota === newQuota) return
  if (oldQuota === 0 || newQuota === 0) {
    endpoint.joining = true
    return
  }
  let lowest = endpoint.pass
  for (const other of everyone) {
    if (!other.joining && sameTier(other, endpoint)) lowest = Math.min(lowest, other.pass)
  }
  endpoint.pass = lowest + ((endpoint.pass - lowest) * oldQuota) / newQuota
}

/**
 * The endpoint that is furthest behind its quota, ties by id.
 * @param candidates - available endpoints of one block, ascending id; full ones are passed over.
 * @param everyone - all endpoints that take part, for a newcomer's place.
 * @param answerTokens - what an average answer has.
 */
export function pickByQuota(
  candidates: readonly EndpointRuntime[],
  everyone: Iterable<EndpointRuntime>,
  answerTokens: number,
  nowMs: number,
): EndpointRuntime | undefined {
  const quotaCounts = candidates.some((endpoint) => endpoint.config.quotaPercent > 0 && !isFull(endpoint))
  let picked: EndpointRuntime | undefined
  let furthest = -Infinity
  let weights = 0
  for (const endpoint of candidates) {
    if (isFull(endpoint) || (quotaCounts && endpoint.config.quotaPercent === 0)) continue
    if (endpoint.joining) join(endpoint, everyone, nowMs)
    if (picked === undefined || endpoint.pass < picked.pass) picked = endpoint
    // One answer's worth of lead is no drift: with a small quota a single answer leads far.
    furthest = Math.max(furthest, endpoint.pass - answerTokens / weight(endpoint))
    weights += weight(endpoint)
  }
  if (picked) picked.pass = Math.max(picked.pass, furthest - (DRIFT_ANSWERS * answerTokens) / weights)
  return picked
}
