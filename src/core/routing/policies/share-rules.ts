// The arithmetic of shares: how far wires may be ahead of their quota or behind it, and how newcomers join.
// See Waldspurger and Weihl, "Stride Scheduling: Deterministic Proportional-Share Resource Management", 1995.
import type { EndpointRuntime, LiveWire } from '../../state/endpoint-runtime.ts'

/**
 * How far the pass of a wire may fall behind its block's level, in average responses of the whole group: a few seconds
 * of traffic, and well beyond what open leases can still move. Credit beyond it is forgotten: the endpoint could not
 * be used (full, or not wired to the blocks that had traffic).
 */
const DRIFT_RESPONSES = 512

/** How much further ahead a wire may be, in responses of its own: with a small quota one response moves a pass far. */
const LEAD_RESPONSES = 64

/** How far, in average responses of an average wire, another wire than the lowest may be ahead of it and be selected. */
const SLACK_RESPONSES = 16
/** Unless a session is kept together, the slack is at most this part of what has been served: shares hold from the first requests on. */
const SLACK_SHARE = 1 / 64

/** An endpoint without quota is a candidate only where no other is, and then all weigh the same. */
export const weight = ({ config }: EndpointRuntime): number => config.quotaPercent || 1

export const isOverflow = ({ config }: EndpointRuntime): boolean => config.quotaPercent === 0

/** Its accounting has not begun since its endpoint joined the sharing. */
export const isNewcomer = (wire: LiveWire): boolean => wire.epoch !== wire.endpoint.epoch

/** The lower, the further the wire is behind its quota. */
export const effectivePass = (wire: LiveWire): number => wire.endpoint.pass + wire.offset

export const comparePass = (a: LiveWire, b: LiveWire): number => effectivePass(a) - effectivePass(b)

/** The pass at which the wire counts as served: a refund since its last selection lowers it. */
export const servedPass = (wire: LiveWire): number => Math.min(effectivePass(wire), wire.servedAt)

/** Gives a newcomer the level at which its block is being served: it gets its quota from now on, without arrears. */
export function placeNewcomer(wire: LiveWire, level: number): void {
  wire.epoch = wire.endpoint.epoch
  wire.served = 0
  wire.servedAt = level
  wire.offset = level - wire.endpoint.pass
}

/** By how much the pass of each wire may be ahead on its own account. @param responseTokens - of an average response. */
export const leadTokens = (responseTokens: number): number => LEAD_RESPONSES * responseTokens

/** Of the wires of one group: those with a quota, or those without. */
export interface GroupSums {
  /** Sum of the weights of the wires with a free slot, newcomers apart. */
  readonly weights: number
  /** How many these are. */
  readonly count: number
  /** How often a wire of the group was selected since its accounting began. */
  readonly served: number
}

/** How far a pass may be above the lowest and be selected. */
export function slackOf(
  { weights, count, served }: GroupSums,
  responseTokens: number,
  hasSession: boolean,
): number {
  const responses = hasSession ? SLACK_RESPONSES : Math.min(SLACK_RESPONSES, served * SLACK_SHARE)
  return (responses * responseTokens * count) / weights
}

/** How far passes may be from the level, lead apart. */
export const driftOf = ({ weights }: GroupSums, responseTokens: number, slack: number): number =>
  (DRIFT_RESPONSES * responseTokens) / weights + 2 * slack

/** Moves the wire back to where it may be at most. @returns whether it was beyond. */
export function limitLead(wire: LiveWire, most: number, responseTokens: number): boolean {
  const furthest = most + leadTokens(responseTokens) / weight(wire.endpoint)
  if (effectivePass(wire) <= furthest) return false
  wire.offset = furthest - wire.endpoint.pass
  return true
}

/** Records a selection. @param least - where the pass of the wire is at least. */
export function noteSelected(wire: LiveWire, least: number): void {
  if (effectivePass(wire) < least) wire.offset = least - wire.endpoint.pass
  wire.servedAt = effectivePass(wire)
  wire.served += 1
}
