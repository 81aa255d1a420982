// Watches for how long requests at an endpoint have waited for the first byte of their response, and notices an endpoint
// that accepts requests and sends nothing, although each client leaves before its timeout. A hung endpoint is probed: it
// gets one request at a time until it has sent a byte.
import { createLatencyEstimate, type LatencyEstimate } from './latency-estimate.ts'

/** One request without a byte of its response. A list in order of their starts. */
export interface FirstByteWait {
  readonly track: WaitTrack
  readonly startMs: number
  previous: FirstByteWait | undefined
  next: FirstByteWait | undefined
}

/** The waits for one kind of response. Streams and whole responses differ: a whole one begins when it is complete. */
interface WaitTrack {
  readonly kind: 'stream' | 'whole'
  readonly estimate: LatencyEstimate
  first: FirstByteWait | undefined
  last: FirstByteWait | undefined
  /** `FirstByteWatch.chunks` when it was last compared. */
  chunksSeen: number
  /** When a byte was last noticed. Earlier waiting is no evidence. */
  noticedMs: number
  /** How long the endpoint has owed a first byte since then, without the current period. */
  owedMs: number
  /** Start of the current period with waits. */
  owesSinceMs: number
  /** Clients that have left since then without a byte, after more than the endpoint's usual time. */
  evidence: number
}

/** A period in which the endpoint is taken for hung. */
interface Hang {
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
  hang: Hang | null
  /** The end of the last hang. */
  hangEndMs: number
  /** Requests whose client left before the first byte, after longer than `patienceMs`. */
  giveUps: number
}

export interface FleetEstimate {
  readonly stream: LatencyEstimate
  readonly whole: LatencyEstimate
}

/** What an endpoint is allowed, in milliseconds. */
interface FirstByteLimits {
  /** A wait of this length is unusual: it is evidence, and its end by the client a give-up. */
  readonly patienceMs: number
  /** How long the endpoint must have owed a first byte. */
  readonly silenceMs: number
}

export interface HangPolicy {
  /** Waits and give-ups that it takes. */
  readonly threshold: number
  /** The endpoint's own limit; null for one that is learned. */
  readonly limitMs: number | null
}

const LIMIT_PER_P99 = 4
const MIN_SILENCE_MS = 5_000
const MIN_PATIENCE_MS = 1_000
// Before anything is known a stream may take long, as while a model is loaded, and a whole response any time.
const UNKNOWN_SILENCE_MS = { stream: 30_000, whole: Infinity }
const FIRST_PAUSE_MS = 1_000

export const createFleetEstimate = (): FleetEstimate => ({
  stream: createLatencyEstimate(),
  whole: createLatencyEstimate(),
})

const createTrack = (kind: WaitTrack['kind']): WaitTrack => ({
  kind,
  estimate: createLatencyEstimate(),
  first: undefined,
  last: undefined,
  chunksSeen: 0,
  noticedMs: -Infinity,
  owedMs: 0,
  owesSinceMs: 0,
  evidence: 0,
})

export const createFirstByteWatch = (fleet: FleetEstimate): FirstByteWatch => ({
  chunks: 0,
  stream: createTrack('stream'),
  whole: createTrack('whole'),
  fleet,
  hang: null,
  hangEndMs: -Infinity,
  giveUps: 0,
})

function firstByteLimits(
  { fleet }: FirstByteWatch,
  { kind, estimate }: WaitTrack,
  limitMs: number | null,
): FirstByteLimits {
  if (limitMs !== null) return { patienceMs: limitMs, silenceMs: limitMs }
  const p99 = estimate.p99() ?? fleet[kind].p99()
  if (p99 === undefined) return { patienceMs: MIN_SILENCE_MS, silenceMs: UNKNOWN_SILENCE_MS[kind] }
  return {
    patienceMs: Math.max(MIN_PATIENCE_MS, LIMIT_PER_P99 * p99),
    silenceMs: Math.max(MIN_SILENCE_MS, LIMIT_PER_P99 * p99),
  }
}

/** Forgets the evidence where the endpoint has sent anything since the last call. */
function noticeBytes({ chunks }: FirstByteWatch, track: WaitTrack, nowMs: number): void {
  if (track.chunksSeen === chunks) return
  track.chunksSeen = chunks
  track.noticedMs = nowMs
  track.owedMs = 0
  track.owesSinceMs = nowMs
  track.evidence = 0
}

export function beginWait(watch: FirstByteWatch, isStream: boolean, nowMs: number): FirstByteWait {
  const track = isStream ? watch.stream : watch.whole
  noticeBytes(watch, track, nowMs)
  const wait: FirstByteWait = { track, startMs: nowMs, previous: track.last, next: undefined }
  if (track.last) track.last.next = wait
  else {
    track.first = wait
    track.owesSinceMs = nowMs
  }
  track.last = wait
  if (watch.hang !== null) watch.hang.probe ??= wait
  return wait
}

function removeWait(wait: FirstByteWait, nowMs: number): void {
  const { track, previous, next } = wait
  if (previous) previous.next = next
  else track.first = next
  if (next) next.previous = previous
  else track.last = previous
  if (track.first === undefined) track.owedMs += nowMs - track.owesSinceMs
}

/** Ends a wait by the first byte of its response. */
export function endWaitByByte(watch: FirstByteWatch, wait: FirstByteWait, nowMs: number): void {
  removeWait(wait, nowMs)
  // What a hang has delayed says nothing about the usual time, its end apart: a slow endpoint must be learned as slow.
  if (watch.hang === null && wait.startMs < watch.hangEndMs) return
  const waitedMs = nowMs - wait.startMs
  wait.track.estimate.add(waitedMs)
  watch.fleet[wait.track.kind].add(waitedMs)
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
  noticeBytes(watch, track, nowMs)
  removeWait(wait, nowMs)
  const { patienceMs } = firstByteLimits(watch, track, end.limitMs)
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
  if (nowMs - Math.max(startMs, track.noticedMs) > patienceMs) track.evidence += 1
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
  const { patienceMs } = firstByteLimits(watch, wait.track, limitMs)
  return nowMs - wait.startMs > patienceMs * (hang.probe === wait ? 2 ** hang.failedProbes : 1)
}

function isEvident(track: WaitTrack, limits: FirstByteLimits, threshold: number, nowMs: number): boolean {
  const { first, owedMs, owesSinceMs, noticedMs, evidence } = track
  const silentMs = owedMs + (first === undefined ? 0 : nowMs - owesSinceMs)
  if (silentMs < limits.silenceMs) return false
  let counted = evidence
  const latestStartMs = nowMs - limits.patienceMs
  if (noticedMs < latestStartMs)
    for (let wait = first; wait && wait.startMs < latestStartMs && counted < threshold; wait = wait.next)
      counted += 1
  return counted >= threshold
}

/**
 * Declares the endpoint hung where `threshold` requests have waited for longer than is usual, or were given up after
 * that, while it has owed a first byte for the limit and has sent nothing, for any request.
 * @returns whether it did.
 */
export function declareHang(
  watch: FirstByteWatch,
  { threshold, limitMs }: HangPolicy,
  nowMs: number,
): boolean {
  if (watch.hang !== null) return false
  const isHung = (track: WaitTrack): boolean => {
    noticeBytes(watch, track, nowMs)
    return isEvident(track, firstByteLimits(watch, track, limitMs), threshold, nowMs)
  }
  if (!isHung(watch.stream) && !isHung(watch.whole)) return false
  watch.hang = { probe: undefined, nextProbeMs: nowMs, failedProbes: 0 }
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
