// Watches for how long requests at an endpoint have waited for the first byte of their response, and notices an endpoint
// that accepts requests and sends nothing, although each client leaves before its timeout. A hung endpoint is probed: it
// gets one request at a time until it has sent a byte.
import { firstByteLimits, type FleetEstimate } from './first-byte-limits.ts'
import { createRecentSuccess, noteSuccess, type RecentSuccess } from './recent-success.ts'
import { addLatency } from './latency-estimate.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import {
  addEvidence,
  addWait,
  createWaitTrack,
  isEvident,
  noticeBytes,
  removeWait,
  type FirstByteWait,
  type WaitTrack,
} from './wait-track.ts'

/** A period in which the endpoint is taken for hung. */
interface Hang {
  readonly sinceMs: number
  /** The request that is let through; undefined while another one may be. */
  probe: FirstByteWait | undefined
  nextProbeMs: number
  /** Probes that have ended without a byte. */
  failedProbes: number
}

export interface FirstByteWatch {
  /** Pieces of responses received, of whatever request: a count, so that no clock is read for each. */
  chunks: number
  readonly stream: WaitTrack
  readonly whole: WaitTrack
  /** What the endpoints together have taken: stands in for an endpoint that has answered too little. */
  readonly fleet: FleetEstimate
  /** To whom it has sent a first byte last. */
  readonly served: RecentSuccess
  hang: Hang | null
  /** The end of the last hang. */
  hangEndMs: number
  /** Requests whose client left before the first byte, after longer than `patienceMs`. */
  giveUps: number
}

export interface HangPolicy {
  /** Waits and give-ups that it takes. */
  readonly threshold: number
  /** The endpoint's own limit; null for one that is learned. */
  readonly limitMs: number | null
}

const FIRST_PAUSE_MS = 1_000

export const createFirstByteWatch = (fleet: FleetEstimate): FirstByteWatch => ({
  chunks: 0,
  stream: createWaitTrack('stream'),
  whole: createWaitTrack('whole'),
  fleet,
  served: createRecentSuccess(),
  hang: null,
  hangEndMs: -Infinity,
  giveUps: 0,
})

export function beginWait(watch: FirstByteWatch, request: RoutingRequest, nowMs: number): FirstByteWait {
  const track = request.stream ? watch.stream : watch.whole
  noticeBytes(track, watch.chunks, nowMs)
  const wait = addWait(track, request, nowMs)
  if (watch.hang !== null) watch.hang.probe ??= wait
  return wait
}

/** Ends a wait by the first byte of its response. */
export function endWaitByByte(watch: FirstByteWatch, wait: FirstByteWait, nowMs: number): void {
  removeWait(wait, nowMs)
  noteSuccess(watch.served, wait.request, nowMs)
  // What a hang has delayed says nothing about the usual time, its end apart: a slow endpoint must be learned as slow.
  if (watch.hang === null && wait.startMs < watch.hangEndMs) return
  const waitedMs = nowMs - wait.startMs
  addLatency(wait.track.estimate, waitedMs)
  addLatency(watch.fleet[wait.track.kind], waitedMs)
}

interface WaitEnd {
  readonly nowMs: number
  readonly limitMs: number | null
  /** Whether the client has left. */
  readonly isClientGone: boolean
  /** The longest pause between two probes of a hung endpoint. */
  readonly longestPauseMs: number
}

/** Ends a wait without a byte. @returns whether it is a give-up. */
export function endWaitInVain(watch: FirstByteWatch, wait: FirstByteWait, end: WaitEnd): boolean {
  const { track, startMs } = wait
  const { nowMs } = end
  noticeBytes(track, watch.chunks, nowMs)
  removeWait(wait, nowMs)
  const { patienceMs } = firstByteLimits(watch.fleet, track, end.limitMs)
  const { hang } = watch
  if (hang?.probe === wait) {
    hang.probe = undefined
    if (nowMs - startMs > patienceMs) {
      hang.nextProbeMs = nowMs + Math.min(end.longestPauseMs, FIRST_PAUSE_MS * 2 ** hang.failedProbes)
      hang.failedProbes += 1
    }
  }
  if (!end.isClientGone || nowMs - startMs <= patienceMs) return false
  watch.giveUps += 1
  if (nowMs - Math.max(startMs, track.noticedMs) > patienceMs) addEvidence(wait)
  return true
}

/**
 * Whether a wait at a hung endpoint has lasted so long that its request should go elsewhere. Each probe gets twice the
 * time of the one before, so that an endpoint that has become slow is found to respond.
 */
export function isOverdue(
  watch: FirstByteWatch,
  wait: FirstByteWait,
  limitMs: number | null,
  nowMs: number,
): boolean {
  const { hang } = watch
  if (hang === null) return false
  const { patienceMs } = firstByteLimits(watch.fleet, wait.track, limitMs)
  return nowMs - wait.startMs > patienceMs * (hang.probe === wait ? 2 ** hang.failedProbes : 1)
}

/**
 * Declares the endpoint hung where `threshold` requests have waited for longer than is usual, or were given up after
 * that, while it has owed a first byte for the limit and has sent nothing, for any request; not where all of them are of
 * one client, or for one model, and others have got a first byte lately.
 * @returns whether it did.
 */
export function declareHang(
  watch: FirstByteWatch,
  { threshold, limitMs }: HangPolicy,
  nowMs: number,
): boolean {
  if (watch.hang !== null) return false
  const isHung = (track: WaitTrack): boolean => {
    // Asked of each endpoint several times a second, and most owe nothing.
    if (track.first === undefined && track.evidence === 0) return false
    noticeBytes(track, watch.chunks, nowMs)
    return isEvident(track, watch.served, firstByteLimits(watch.fleet, track, limitMs), threshold, nowMs)
  }
  if (!isHung(watch.stream) && !isHung(watch.whole)) return false
  watch.hang = { sinceMs: nowMs, probe: undefined, nextProbeMs: nowMs, failedProbes: 0 }
  return true
}

export function endHang(watch: FirstByteWatch, nowMs: number): void {
  watch.hang = null
  watch.hangEndMs = nowMs
}

/** Forgets a hang and its evidence, on an operator's request. */
export function resetWatch(watch: FirstByteWatch): void {
  watch.hang = null
  watch.chunks += 1
}

/** Whether the endpoint is not hung, or may be probed by another request. */
export const allowsWait = ({ hang }: FirstByteWatch, nowMs: number): boolean =>
  hang === null || (hang.probe === undefined && hang.nextProbeMs <= nowMs)

/** The longest present wait for a first byte; null where nothing waits. */
export function oldestWaitMs({ stream, whole }: FirstByteWatch, nowMs: number): number | null {
  const startMs = Math.min(stream.first?.startMs ?? Infinity, whole.first?.startMs ?? Infinity)
  return startMs === Infinity ? null : nowMs - startMs
}
