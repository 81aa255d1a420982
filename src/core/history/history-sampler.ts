// Takes what the live traffic has counted since the last time, in the steps of the history.
import type { Clock } from '../clock.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { sumBuckets } from '../time-buckets.ts'
import {
  bucketAt,
  ERRORS,
  FIRST_TOKEN_MS,
  FIRST_TOKENS,
  HISTORY_STEP_S,
  HISTORY_STEPS,
  REQUESTS,
  stepOf,
  TOKENS,
} from '../traffic/traffic-buckets.ts'
import { takeTimes } from '../traffic/kept-times.ts'
import type { TimeSketch } from '../traffic/time-sketch.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { FINE_STEP_S, stepStart, type HistoryKind, type HistorySample } from './history-sample.ts'
import { sketchBytes } from './sketch-bytes.ts'

interface SamplerOptions {
  readonly state: Pick<GatewayState, 'snapshot' | 'traffic'>
  readonly clock: Clock
  /** Unix time in milliseconds. */
  readonly now: () => number
  /** Queued requests by block. */
  readonly waiting: () => ReadonlyMap<number, { readonly requests: number }>
}

export interface HistorySampler {
  /** Each count is taken once, after the two seconds that it falls in. @returns undefined where no two seconds have passed. */
  take(): readonly HistorySample[] | undefined
  /** To be taken again: it could not be written. */
  putBack(samples: readonly HistorySample[]): void
}

/** Steps of the live traffic within one fine step of the history. */
interface Slot {
  readonly atS: number
  readonly first: number
  last: number
}

// An hour of a hundred objects.
const MAX_PUT_BACK = 36_000

/** @param startMs - of step 0 of the live traffic, in Unix time. */
function slotsOf(first: number, last: number, startMs: number): Slot[] {
  const slots: Slot[] = []
  for (let step = first; step <= last; step += 1) {
    const atS = stepStart(startMs / 1000 + step * HISTORY_STEP_S, FINE_STEP_S)
    const slot = slots.at(-1)
    if (slot?.atS === atS) slot.last = step
    else slots.push({ atS, first: step, last: step })
  }
  return slots
}

const stored = (sketch: TimeSketch | undefined): Uint8Array | null =>
  sketch === undefined || sketch.size === 0 ? null : sketchBytes(sketch)

function sample(
  traffic: Traffic | undefined,
  { atS, first, last }: Slot,
  now: { readonly inflight: number; readonly waiting: number },
  kind: HistoryKind,
  id: number,
): HistorySample {
  const sum = (figure: number): number =>
    traffic?.history ? sumBuckets(traffic.history, figure, first, last) : 0
  const times = traffic?.times ? takeTimes(traffic.times, last) : undefined
  return {
    atS,
    kind,
    id,
    requests: sum(REQUESTS),
    failures: sum(ERRORS),
    tokens: sum(TOKENS),
    firstTokens: sum(FIRST_TOKENS),
    firstTokenMs: sum(FIRST_TOKEN_MS),
    firstTokenTimes: stored(times?.firstToken),
    durationTimes: stored(times?.duration),
    ...now,
  }
}

const isBusy = ({ requests, tokens, inflight, waiting }: HistorySample): boolean =>
  requests + tokens + inflight + waiting > 0

const NOTHING = { inflight: 0, waiting: 0 }

export function createHistorySampler({ state, clock, now, waiting }: SamplerOptions): HistorySampler {
  const currentStep = (): number => stepOf(bucketAt(clock()))
  let taken = currentStep() - 1
  let back: readonly HistorySample[] = []

  const take = (slot: Slot, isNow: boolean): HistorySample[] => {
    const { traffic } = state
    const { endpoints, blocks } = state.snapshot()
    const queued = isNow ? waiting() : undefined
    const gauges = (one: Traffic | undefined, waitingNow: number) =>
      isNow ? { inflight: one?.inflight ?? 0, waiting: waitingNow } : NOTHING
    const ofBlocks = blocks.map(({ id }) => {
      const one = traffic.block(id)
      return sample(one, slot, gauges(one, queued?.get(id)?.requests ?? 0), 'block', id)
    })
    const ofEndpoints = endpoints.map(({ id }) => {
      const one = traffic.endpoint(id)
      return sample(one, slot, gauges(one, 0), 'endpoint', id)
    })
    const all = {
      inflight: ofEndpoints.reduce((sum, { inflight }) => sum + inflight, 0),
      waiting: ofBlocks.reduce((sum, one) => sum + one.waiting, 0),
    }
    // The total is kept of an idle gateway, too: it says that the process ran.
    return [sample(traffic.total, slot, all, 'total', 0), ...[...ofEndpoints, ...ofBlocks].filter(isBusy)]
  }

  return {
    take() {
      const nowMs = clock()
      const last = currentStep() - 1
      const first = Math.max(taken + 1, last - HISTORY_STEPS + 1)
      if (last < first) return undefined
      taken = last
      const slots = slotsOf(first, last, now() - nowMs)
      const fresh = slots.flatMap((slot, index) => take(slot, index === slots.length - 1))
      const samples = [...back, ...fresh]
      back = []
      return samples
    },
    putBack(samples) {
      back = [...samples, ...back].slice(-MAX_PUT_BACK)
    },
  }
}
