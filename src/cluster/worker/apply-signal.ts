// Applies to an endpoint of this worker what the primary knows of it.
import type { Clock } from '../../core/clock.ts'
import { isScoped } from '../../core/lease/breaker.ts'
import { isEveryone } from '../../core/lease/scope.ts'
import { endHang } from '../../core/lease/first-byte-watch.ts'
import type { RecentSuccess } from '../../core/lease/recent-success.ts'
import { restartShare, setAside, type EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { EndpointSignal } from '../messages.ts'

interface SignalContext {
  readonly state: GatewayState
  readonly clock: Clock
}

const atMs = (agoMs: number | null, nowMs: number): number => (agoMs === null ? -Infinity : nowMs - agoMs)

function applyTrip(
  { state }: SignalContext,
  endpoint: EndpointRuntime,
  trip: NonNullable<EndpointSignal['trip']> | null,
  nowMs: number,
): void {
  endpoint.tripped = trip && {
    sinceMs: endpoint.tripped?.sinceMs ?? nowMs,
    untilMs: nowMs + trip.remainingMs,
    cooldownMs: trip.cooldownMs,
    scope: trip.scope,
    isForEveryone: trip.isForEveryone,
    probing: false,
    // By its slots, of which a half-open endpoint has one. Where others are served meanwhile it asks for leave.
    probesLeft: trip.isForEveryone || isEveryone(trip.scope) ? Infinity : 0,
    isProbeAwaited: false,
  }
  if (trip) setAside(endpoint)
  if (trip?.isForEveryone) endpoint.prefix.clear()
  if (isScoped(endpoint.tripped)) state.scopedTrips.add(endpoint)
  else state.scopedTrips.delete(endpoint)
}

function applyHang(endpoint: EndpointRuntime, hang: EndpointSignal['hang'], nowMs: number): void {
  const { watch } = endpoint
  if (hang) {
    const { nextProbeInMs, failedProbes } = hang
    watch.hang = {
      sinceMs: watch.hang?.sinceMs ?? nowMs,
      probe: watch.hang?.probe,
      nextProbeMs: nowMs + nextProbeInMs,
      failedProbes,
    }
    setAside(endpoint)
  } else if (watch.hang !== null) {
    endHang(watch, nowMs)
    restartShare(endpoint)
  }
}

function applySuccesses(
  last: RecentSuccess,
  told: NonNullable<EndpointSignal['successes']>,
  nowMs: number,
): void {
  last.atMs = atMs(told.agoMs, nowMs)
  last.client = told.client
  last.otherClientMs = atMs(told.otherClientAgoMs, nowMs)
  last.model = told.model
  last.otherModelMs = atMs(told.otherModelAgoMs, nowMs)
}

/** @returns whether waiting requests may have other candidates now. */
export function applySignal(context: SignalContext, signal: EndpointSignal): boolean {
  const { state, clock } = context
  const endpoint = state.endpoint(signal.id)
  const nowMs = clock()
  const { trip, hang, failures, successes, unhealthy, list, load, asksLoadHeader } = signal
  if (failures) {
    endpoint.counters.consecutiveFailures = failures.count
    endpoint.evidence = failures.evidence
  }
  if (successes) applySuccesses(endpoint.successes, successes, nowMs)
  if (trip !== undefined) applyTrip(context, endpoint, trip, nowMs)
  if (hang !== undefined) applyHang(endpoint, hang, nowMs)
  if (unhealthy !== undefined && unhealthy !== endpoint.unhealthy) {
    endpoint.unhealthy = unhealthy
    if (unhealthy) {
      setAside(endpoint)
      endpoint.prefix.clear()
    }
  }
  if (list !== undefined) state.setModelList(endpoint, list ?? undefined)
  if (load !== undefined) {
    const { agoMs = 0, ...report } = load ?? {}
    endpoint.load = load && { ...(report as typeof load), atMs: nowMs - agoMs }
  }
  if (asksLoadHeader !== undefined) endpoint.asksLoadHeader = asksLoadHeader
  endpoint.journal.note(endpoint)
  return trip !== undefined || hang !== undefined || unhealthy !== undefined || list !== undefined
}
