// The wait of one lease for the first byte of its response, and what follows from it for its endpoint.
import { recordError } from './breaker.ts'
import type { Clock } from '../clock.ts'
import {
  beginWait,
  declareHang,
  endHang,
  endWaitByByte,
  endWaitInVain,
  isOverdue,
} from './first-byte-watch.ts'
import type { FirstByteWait } from './wait-track.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import { restartShare, setAside, type EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { Settlement } from './settlement.ts'

export interface LeaseWait {
  /** @returns whether this byte has ended a hang. */
  received(): boolean
  /** undefined where the first byte has arrived. */
  waitedMs(): number | undefined
  isOverdue(): boolean
  /** Ends the wait, whose length says nothing of the endpoint. */
  cancel(): void
  /** @returns whether the client has given up, after longer than the endpoint usually takes. */
  end(settlement: Settlement): boolean
}

/** null where it is learned. */
const limitMsOf = ({ config: { firstByteTimeoutS } }: EndpointRuntime): number | null =>
  firstByteTimeoutS === null ? null : firstByteTimeoutS * 1000

/** Declares an endpoint hung where the evidence suffices. @returns whether it did. */
export function declareIfHung(endpoint: EndpointRuntime, threshold: number, clock: Clock): boolean {
  const policy = { threshold, limitMs: limitMsOf(endpoint) }
  if (!declareHang(endpoint.watch, policy, clock())) return false
  // As after a cooldown, the endpoint joins the sharing anew and catches nothing up.
  setAside(endpoint)
  recordError(endpoint, clock, 'sends no first byte')
  return true
}

/** @param longestPauseMs - between two probes of a hung endpoint. */
export function createLeaseWait(
  endpoint: EndpointRuntime,
  request: RoutingRequest,
  clock: Clock,
  startMs: number,
  longestPauseMs: number,
): LeaseWait {
  const { watch } = endpoint
  let wait: FirstByteWait | undefined = beginWait(watch, request, startMs)
  return {
    received() {
      watch.chunks += 1
      if (wait !== undefined) {
        endWaitByByte(watch, wait, clock())
        wait = undefined
      }
      if (watch.hang === null) return false
      endHang(watch, clock())
      restartShare(endpoint)
      return true
    },
    waitedMs: () => wait && clock() - wait.startMs,
    isOverdue: () => wait !== undefined && isOverdue(watch, wait, limitMsOf(endpoint), clock()),
    cancel() {
      if (wait === undefined) return
      const limitMs = limitMsOf(endpoint)
      endWaitInVain(watch, wait, { nowMs: clock(), limitMs, isClientGone: false, longestPauseMs })
      wait = undefined
    },
    end({ outcome, superseded = false }) {
      if (wait === undefined) return false
      const ended = wait
      wait = undefined
      const isClientGone = outcome === 'aborted' && !superseded
      const limitMs = limitMsOf(endpoint)
      return endWaitInVain(watch, ended, { nowMs: clock(), limitMs, isClientGone, longestPauseMs })
    },
  }
}
