// Picks, of the candidates that the policy allows, the one with the least expected time to the first token.
import type { Placement } from '../../contract/objects/routing-field-schemas.ts'
import type { Clock } from '../clock.ts'
import { hasOneEndpoint } from '../routing/candidate-set.ts'
import type { EligibleWires } from '../routing/policies/eligible-wires.ts'
import type { PickWire } from '../routing/policies/policy.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { EndpointRuntime, LiveWire } from '../state/endpoint-runtime.ts'
import { createConsider, MAX_CONSIDERED, type Considered } from './considered.ts'
import { createExpectedTimes, type ExpectedTimes } from './expected-times.ts'
import { createPlacedRequest, type PlacedRequest } from './placed-request.ts'
import { createPrefixLimit, type PrefixLimitOptions } from './prefix/prefix-limit.ts'
import { createPromptTokens } from './prompt-tokens.ts'
import { createSessions, firstByHash } from './sessions.ts'
import { createSpeeds } from './speeds.ts'

export interface Placer {
  /** @returns how one of several candidates is picked, which changes nothing; undefined where the policy's own order decides. */
  pickFor(request: RoutingRequest, placement: Placement): PickWire | undefined
  /**
   * Counts the request as work of the wire's endpoint.
   * @param placement - with `prefix` its prompt is noted as cached there.
   * @param nowMs - saves reading the clock.
   */
  place(wire: LiveWire, request: RoutingRequest, placement: Placement, nowMs?: number): PlacedRequest
  /** Notes that the endpoint's backend is taken to hold the beginning of a prompt that another process has sent there. */
  noteHeld(endpoint: EndpointRuntime, blocks: Int32Array): void
  readonly expected: ExpectedTimes
  /** What was considered since `pickFor` was called last; undefined where nothing was. */
  lastConsidered(): Considered | undefined
}

export interface PlacerOptions extends Partial<PrefixLimitOptions> {
  readonly clock: Clock
  /** Number of all endpoints. */
  readonly endpoints: () => number
  /** Called when a session goes to another endpoint than before. */
  readonly onSessionMove?: (() => void) | undefined
}

/** A smaller difference of expected times is no reason to leave the policy's order. */
const TOLERANCE_MS = 20
/** A session leaves an endpoint where it would wait for longer than this many times the mean. */
const SESSION_BOUND = 1.25

/** The first in the policy's order of those that are about as quick as the quickest. */
function pickQuickest(
  considered: Considered,
  compare: (a: LiveWire, b: LiveWire) => number,
): LiveWire | undefined {
  const { count, wires, firstTokenMs } = considered
  let mostMs = Infinity
  for (let index = 0; index < count; index += 1)
    mostMs = Math.min(mostMs, (firstTokenMs[index] ?? Infinity) + TOLERANCE_MS)
  let picked: LiveWire | undefined
  let quick = 0
  for (let index = 0; index < count; index += 1) {
    const wire = wires[index]
    if (wire === undefined || (firstTokenMs[index] ?? Infinity) > mostMs) continue
    quick += 1
    if (picked === undefined || compare(wire, picked) < 0) picked = wire
  }
  considered.reason = quick === 1 ? 'least expected time' : 'policy order'
  return picked
}

function meanMs({ count, firstTokenMs }: Considered): number {
  let sum = 0
  for (let index = 0; index < count; index += 1) sum += firstTokenMs[index] ?? 0
  return sum / count
}

export function createPlacer(options: PlacerOptions): Placer {
  const { clock, endpoints, onSessionMove } = options
  const promptTokens = createPromptTokens()
  const speeds = createSpeeds()
  const expected = createExpectedTimes(speeds, promptTokens)
  const prefixLimit = createPrefixLimit(options, promptTokens)
  const consider = createConsider(expected)
  const sessions = createSessions()
  const placedContext = { clock, speeds, promptTokens, prefixLimit }
  let last: Considered | undefined
  let turns = 0

  /** Where the session has been, as long as that is eligible and not much slower than the others, else where its hash leads it. */
  const pickHome = (
    session: string,
    eligible: EligibleWires,
    mostMs: number,
    nowMs: number,
  ): LiveWire | undefined => {
    // Its prompt is taken to be cached there.
    const mayTake = ({ endpoint }: LiveWire): boolean => expected.firstTokenMs(endpoint, 0, nowMs) <= mostMs
    const homeId = sessions.homeOf(session)
    const index = homeId === undefined ? -1 : eligible.indexOf(homeId)
    const home = eligible.wires[index]
    return home && eligible.has(index) && mayTake(home) ? home : firstByHash(session, eligible, mayTake)
  }

  const pickWith =
    (usesPrefix: boolean): PickWire =>
    (eligible, request, compare) => {
      const nowMs = clock()
      last = consider(eligible, request, usesPrefix, nowMs, turns)
      const { session } = request
      const home =
        session === undefined
          ? undefined
          : pickHome(session, eligible, SESSION_BOUND * meanMs(last) + TOLERANCE_MS, nowMs)
      if (home === undefined) return pickQuickest(last, compare)
      last.reason = 'session'
      return home
    }
  /** What the selection that is being placed has found out already. */
  const consideredCached = (wire: LiveWire, request: RoutingRequest): number | undefined => {
    const index = last === undefined || hasOneEndpoint(request) ? -1 : last.wires.indexOf(wire)
    return last !== undefined && index >= 0 && index < last.count ? last.cachedTokens[index] : undefined
  }
  const noteHeld = (endpoint: EndpointRuntime, blocks: Int32Array): void => {
    prefixLimit.apply(endpoint, endpoints())
    endpoint.prefix.add(blocks)
    // Of fewer all are considered.
    if (endpoints() > MAX_CONSIDERED) consider.noteHolder(blocks, endpoint.config.id)
  }
  const byLoad = pickWith(false)
  const byPrefix = pickWith(true)

  return {
    pickFor({ session }, placement) {
      last = undefined
      if (placement === 'prefix') return byPrefix
      return placement === 'load' || session !== undefined ? byLoad : undefined
    },
    place(wire, request, placement, nowMs = clock()) {
      const { endpoint } = wire
      wire.turn = turns += 1
      const { session } = request
      if (session !== undefined && !hasOneEndpoint(request) && sessions.settleAt(session, endpoint.config.id))
        onSessionMove?.()
      const tokens = expected.promptTokens(request)
      const usesPrefix = placement === 'prefix'
      const cachedTokens = usesPrefix
        ? (consideredCached(wire, request) ?? expected.cachedTokens(endpoint, request, tokens))
        : undefined
      if (usesPrefix && request.prompt && request.prompt.blocks().length > 0)
        noteHeld(endpoint, request.prompt.blocks())
      return createPlacedRequest(placedContext, endpoint, request, { tokens, cachedTokens }, nowMs)
    },
    noteHeld,
    expected,
    lastConsidered: () => last,
  }
}
