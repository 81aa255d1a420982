// The requests at one endpoint that wait for the first byte of one kind of response, and what their waiting proves.
import type { FirstByteLimits, ResponseKind } from './first-byte-limits.ts'
import { lastSuccessMs, lastSuccessOutsideMs, type RecentSuccess } from './recent-success.ts'
import { EVERYONE, isEveryone, scopeOf, union, type Scope } from './scope.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import { append, unlink, type LinkedList, type ListNode } from '../linked-list.ts'
import { createLatencyEstimate, type LatencyEstimate } from './latency-estimate.ts'

/** One request without a byte of its response. */
export interface FirstByteWait extends ListNode<FirstByteWait> {
  readonly track: WaitTrack
  readonly request: RoutingRequest
  readonly startMs: number
}

/** The waits of one endpoint for one kind of response, in order of their starts. */
export interface WaitTrack extends LinkedList<FirstByteWait> {
  readonly kind: ResponseKind
  readonly estimate: LatencyEstimate
  /** The endpoint's count of chunks when it was last compared. */
  chunksSeen: number
  /** When a byte was last noticed. Earlier waiting is no evidence. */
  noticedMs: number
  /** How long the endpoint has owed a first byte since then, without the current period. */
  owedMs: number
  /** Start of the current period with waits. */
  owesSinceMs: number
  /** Clients that have left since then without a byte, after more than the endpoint's usual time. */
  evidence: number
  /** Whose requests these were; undefined while there is no evidence. */
  evidenceScope: Scope | undefined
}

export const createWaitTrack = (kind: ResponseKind): WaitTrack => ({
  kind,
  estimate: createLatencyEstimate(),
  first: undefined,
  last: undefined,
  chunksSeen: 0,
  noticedMs: -Infinity,
  owedMs: 0,
  owesSinceMs: 0,
  evidence: 0,
  evidenceScope: undefined,
})

/** Forgets the evidence where the endpoint has sent anything since the last call. @param chunks - that it has sent in all. */
export function noticeBytes(track: WaitTrack, chunks: number, nowMs: number): void {
  if (track.chunksSeen === chunks) return
  track.chunksSeen = chunks
  track.noticedMs = nowMs
  track.owedMs = 0
  track.owesSinceMs = nowMs
  track.evidence = 0
  track.evidenceScope = undefined
}

export function addWait(track: WaitTrack, request: RoutingRequest, nowMs: number): FirstByteWait {
  if (track.first === undefined) track.owesSinceMs = nowMs
  const wait: FirstByteWait = { track, request, startMs: nowMs, previous: undefined, next: undefined }
  append(track, wait)
  return wait
}

export function removeWait(wait: FirstByteWait, nowMs: number): void {
  const { track } = wait
  unlink(track, wait)
  if (track.first === undefined) track.owedMs += nowMs - track.owesSinceMs
}

const widen = (scope: Scope | undefined, request: RoutingRequest): Scope =>
  scope === undefined ? scopeOf(request) : union(scope, scopeOf(request))

/** Counts a wait that its client has ended. */
export function addEvidence({ track, request }: FirstByteWait): void {
  track.evidence += 1
  track.evidenceScope = widen(track.evidenceScope, request)
}

/** First bytes to others than those who wait count for this many times the silence that is evidence. */
const SERVED_PER_SILENCE = 4

/**
 * Whether `threshold` requests have waited for longer than is usual, or were given up then, in a silence beyond the limit.
 * Where others are served, those who wait are the cause: requests of one client, or for one model, are no evidence then.
 */
export function isEvident(
  track: WaitTrack,
  served: RecentSuccess,
  limits: FirstByteLimits,
  threshold: number,
  nowMs: number,
): boolean {
  const { first, owedMs, owesSinceMs, noticedMs } = track
  const silentMs = owedMs + (first === undefined ? 0 : nowMs - owesSinceMs)
  if (silentMs < limits.silenceMs) return false
  const servedSinceMs = nowMs - SERVED_PER_SILENCE * limits.silenceMs
  let counted = track.evidence
  let scope = track.evidenceScope
  const isEnough = (): boolean =>
    counted >= threshold &&
    (lastSuccessMs(served) <= servedSinceMs || (scope !== undefined && isEveryone(scope)))
  const latestStartMs = nowMs - limits.patienceMs
  if (noticedMs < latestStartMs)
    for (let wait = first; wait && wait.startMs < latestStartMs && !isEnough(); wait = wait.next) {
      counted += 1
      scope = widen(scope, wait.request)
    }
  return (
    counted >= threshold && (isEnough() || lastSuccessOutsideMs(served, scope ?? EVERYONE) <= servedSinceMs)
  )
}
