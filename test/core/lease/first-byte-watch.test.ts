// When an endpoint is taken for hung, compared with a naive list of all waits.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { p99Of } from '../../../src/core/lease/latency-estimate.ts'
import {
  allowsWait,
  beginWait,
  createFirstByteWatch,
  declareHang,
  endHang,
  endWaitByByte,
  endWaitInVain,
  isOverdue,
  oldestWaitMs,
  resetWatch,
} from '../../../src/core/lease/first-byte-watch.ts'
import { createFleetEstimate } from '../../../src/core/lease/first-byte-limits.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import { tokenConfig } from '../../support/gateway/gateway-fixture.ts'
import type { FirstByteWait } from '../../../src/core/lease/wait-track.ts'

const LIMIT_MS = 1_000
const THRESHOLD = 3
const PAUSE_MS = 20_000
const STREAM = requestFor({ stream: true })

interface Known {
  readonly request: RoutingRequest
  readonly startMs: number
  endMs: number
  /** undefined while it is open. */
  end: 'byte' | 'client left' | 'other' | undefined
  readonly wait: FirstByteWait
}

const request = fc
  .record({ stream: fc.boolean(), client: fc.constantFrom(1, 2), model: fc.constantFrom('m', 'n') })
  .map(({ client, ...fields }) => requestFor({ ...fields, token: tokenConfig(client) }))

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ begin: request }) },
  { weight: 2, arbitrary: fc.record({ byteOf: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.constant({ chunk: true as const }) },
  { weight: 3, arbitrary: fc.record({ endOf: fc.nat(20), isClientGone: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ afterMs: fc.oneof(fc.nat(400), fc.nat(1_500)) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const open = (waits: readonly Known[]): Known[] => waits.filter(({ end }) => end === undefined)

/** Whether a request is of another client than all of these, or for another model than all of these. */
const isOutside =
  (these: readonly RoutingRequest[]) =>
  ({ token, model }: RoutingRequest): boolean =>
    (new Set(these.map((one) => one.token?.id)).size === 1 && token?.id !== these[0]?.token?.id) ||
    (new Set(these.map((one) => one.model)).size === 1 && model !== these[0]?.model)

/** What the law says: see `declareHang`. */
function isHung(waits: readonly Known[], lastByteMs: number, nowMs: number): boolean {
  return [true, false].some((isStream) => {
    const periods = waits
      .filter((one) => one.request.stream === isStream && (one.end === undefined || one.endMs > lastByteMs))
      .map((one) => ({
        fromMs: Math.max(one.startMs, lastByteMs),
        toMs: one.end === undefined ? nowMs : one.endMs,
        isEvidence: one.end === undefined || one.end === 'client left',
        request: one.request,
      }))
      .toSorted((a, b) => a.fromMs - b.fromMs)
    let owedMs = 0
    let coveredMs = -Infinity
    for (const { fromMs, toMs } of periods) {
      owedMs += Math.max(0, toMs - Math.max(fromMs, coveredMs))
      coveredMs = Math.max(coveredMs, toMs)
    }
    const evidence = periods.filter(({ isEvidence, fromMs, toMs }) => isEvidence && toMs - fromMs > LIMIT_MS)
    const isOther = isOutside(evidence.map((one) => one.request))
    const isServing = waits.some(
      (one) => one.end === 'byte' && one.endMs > nowMs - 4 * LIMIT_MS && isOther(one.request),
    )
    return owedMs >= LIMIT_MS && evidence.length >= THRESHOLD && !isServing
  })
}

function run(steps: readonly Step[]): void {
  const watch = createFirstByteWatch(createFleetEstimate())
  const waits: Known[] = []
  let nowMs = 1_000
  let lastByteMs = -Infinity
  let giveUps = 0
  const receiveByte = (): void => {
    watch.chunks += 1
    lastByteMs = nowMs
    if (watch.hang) endHang(watch, nowMs)
  }
  for (const taken of steps) {
    if ('afterMs' in taken) nowMs += taken.afterMs
    else if ('begin' in taken) {
      const wait = beginWait(watch, taken.begin, nowMs)
      waits.push({ request: taken.begin, startMs: nowMs, endMs: Infinity, end: undefined, wait })
    } else if ('chunk' in taken) receiveByte()
    else {
      const position = 'byteOf' in taken ? taken.byteOf : taken.endOf
      const one = open(waits)[position % Math.max(1, open(waits).length)]
      if (one === undefined) continue
      one.endMs = nowMs
      one.end = 'byteOf' in taken ? 'byte' : taken.isClientGone ? 'client left' : 'other'
      if ('byteOf' in taken) {
        watch.chunks += 1
        endWaitByByte(watch, one.wait, nowMs)
        receiveByte()
      } else {
        const { isClientGone } = taken
        const end = { nowMs, limitMs: LIMIT_MS, isClientGone, longestPauseMs: PAUSE_MS }
        const isGiveUp = endWaitInVain(watch, one.wait, end)
        expect(isGiveUp).toBe(isClientGone && nowMs - one.startMs > LIMIT_MS)
        giveUps += Number(isGiveUp)
      }
    }
    const wasHung = watch.hang !== null
    const isDeclared = declareHang(watch, { threshold: THRESHOLD, limitMs: LIMIT_MS }, nowMs)
    expect(isDeclared).toBe(!wasHung && isHung(waits, lastByteMs, nowMs))
    const starts = open(waits).map(({ startMs }) => startMs)
    expect(oldestWaitMs(watch, nowMs)).toBe(starts.length === 0 ? null : nowMs - Math.min(...starts))
    expect(watch.giveUps).toBe(giveUps)
  }
}

/** A watch whose endpoint has sent 100 first bytes, each after `ms`. */
function learned(isStream: boolean, ms: number, fleet = createFleetEstimate()) {
  const watch = createFirstByteWatch(fleet)
  for (let sent = 0; sent < 100; sent += 1) {
    const wait = beginWait(watch, requestFor({ stream: isStream }), 0)
    watch.chunks += 1
    endWaitByByte(watch, wait, ms)
  }
  return watch
}

/** After how long three requests that wait from 0 on show that the endpoint hangs, in steps of 100 ms. */
function noticedAfterMs(watch = createFirstByteWatch(createFleetEstimate()), isStream = true): number {
  for (let sent = 0; sent < 3; sent += 1) beginWait(watch, requestFor({ stream: isStream }), 0)
  for (let nowMs = 0; nowMs < 1_000_000; nowMs += 100)
    if (declareHang(watch, { threshold: THRESHOLD, limitMs: null }, nowMs)) return nowMs
  return Infinity
}

describe('an endpoint', () => {
  it('is taken for hung exactly if three waits or give-ups beyond the limit have seen no byte of it', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60, size: 'max' }), run), { numRuns: 500 })
  })

  it('is not taken for hung by the requests of one client while others get their first bytes, until one of them waits too', () => {
    const watch = learned(true, 200)
    const [anna, bert] = [1, 2].map((id) => requestFor({ stream: true, token: tokenConfig(id) })) as [
      RoutingRequest,
      RoutingRequest,
    ]
    const isHung = (nowMs: number) => declareHang(watch, { threshold: THRESHOLD, limitMs: null }, nowMs)
    let nowMs = 10_000
    for (let sent = 0; sent < 10; sent += 1) beginWait(watch, anna, nowMs)
    for (let rounds = 0; rounds < 5; rounds += 1) {
      const wait = beginWait(watch, bert, nowMs)
      watch.chunks += 1
      endWaitByByte(watch, wait, nowMs + 200)
      expect(isHung(nowMs + 250)).toBe(false)
      nowMs += 15_000
      expect(isHung(nowMs)).toBe(false)
    }
    beginWait(watch, bert, nowMs)
    expect(isHung(nowMs + 900)).toBe(false)
    expect(isHung(nowMs + 1_300)).toBe(true)
  })

  it('is taken for hung by the requests of one client once no other has got a first byte for a while', () => {
    const watch = learned(true, 200)
    const wait = beginWait(watch, requestFor({ stream: true, token: tokenConfig(2) }), 10_000)
    watch.chunks += 1
    endWaitByByte(watch, wait, 10_000)
    for (let sent = 0; sent < THRESHOLD; sent += 1)
      beginWait(watch, requestFor({ stream: true, token: tokenConfig(1) }), 10_000)
    const limits = { threshold: THRESHOLD, limitMs: null }
    expect([declareHang(watch, limits, 29_999), declareHang(watch, limits, 30_000)]).toEqual([false, true])
  })

  it('that is slow is given longer, before it is taken for hung by one client while others were served', () => {
    const watch = learned(true, 3_000)
    const served = beginWait(watch, requestFor({ stream: true, token: tokenConfig(2) }), 10_000)
    watch.chunks += 1
    endWaitByByte(watch, served, 13_000)
    for (let sent = 0; sent < THRESHOLD; sent += 1)
      beginWait(watch, requestFor({ stream: true, token: tokenConfig(1) }), 13_000)
    const limits = { threshold: THRESHOLD, limitMs: null }
    // Four times the silence of 12 s, which is known to within a fifth.
    expect([declareHang(watch, limits, 60_000), declareHang(watch, limits, 72_000)]).toEqual([false, true])
  })

  it('gets four times its own 99th percentile, streams and whole responses apart, and at least five seconds', () => {
    expect(noticedAfterMs(learned(true, 200))).toBe(5_000)
    const slow = noticedAfterMs(learned(true, 3_000))
    expect(slow).toBeGreaterThanOrEqual(12_000)
    expect(slow).toBeLessThanOrEqual(12_000 * 1.25)
    expect(noticedAfterMs(learned(false, 40_000), true)).toBe(30_000)
    expect(noticedAfterMs(learned(false, 40_000), false)).toBeGreaterThanOrEqual(160_000)
  })

  it('is measured by the others where it has sent too little, and not before anything is known', () => {
    const fleet = createFleetEstimate()
    expect(noticedAfterMs(createFirstByteWatch(fleet))).toBe(30_000)
    expect(noticedAfterMs(createFirstByteWatch(fleet), false)).toBe(Infinity)
    learned(true, 500, fleet)
    expect(noticedAfterMs(createFirstByteWatch(fleet))).toBe(5_000)
  })

  it('is noticed where every client leaves after a second, once it has owed a byte for five', () => {
    const watch = learned(true, 200)
    let nowMs = 10_000
    let left = 0
    while (!declareHang(watch, { threshold: THRESHOLD, limitMs: null }, nowMs) && left < 100) {
      const wait = beginWait(watch, STREAM, nowMs)
      nowMs += 1_200
      endWaitInVain(watch, wait, { nowMs, limitMs: null, isClientGone: true, longestPauseMs: PAUSE_MS })
      left += 1
    }
    expect(left).toBe(5)
    expect(watch.giveUps).toBe(5)
  })

  it('is no suspect where clients leave before its usual time', () => {
    const watch = learned(true, 2_000)
    for (let left = 0; left < 100; left += 1) {
      const nowMs = 10_000 + 8_000 * left
      const wait = beginWait(watch, STREAM, nowMs)
      const end = { nowMs: nowMs + 7_000, limitMs: null, isClientGone: true, longestPauseMs: PAUSE_MS }
      expect(endWaitInVain(watch, wait, end)).toBe(false)
      expect(declareHang(watch, { threshold: THRESHOLD, limitMs: null }, nowMs + 7_000)).toBe(false)
    }
  })

  it('learns nothing from what a hang has delayed, its end apart', () => {
    const watch = learned(true, 200)
    const stuck = Array.from({ length: 50 }, () => beginWait(watch, STREAM, 1_000))
    expect(declareHang(watch, { threshold: THRESHOLD, limitMs: null }, 6_100)).toBe(true)
    for (const wait of stuck) {
      watch.chunks += 1
      endWaitByByte(watch, wait, 60_000)
      if (watch.hang) endHang(watch, 60_000)
    }
    const next = beginWait(watch, STREAM, 60_001)
    watch.chunks += 1
    endWaitByByte(watch, next, 60_201)
    expect(p99Of(watch.stream.estimate)).toBeLessThan(200 * 1.2)
  })
})

describe('a hung endpoint', () => {
  const limits = { limitMs: LIMIT_MS, longestPauseMs: PAUSE_MS }
  function hung() {
    const watch = createFirstByteWatch(createFleetEstimate())
    const waits = [1, 2, 3].map(() => beginWait(watch, STREAM, 0))
    expect(declareHang(watch, { threshold: THRESHOLD, limitMs: LIMIT_MS }, 1_001)).toBe(true)
    return { watch, waits }
  }

  it('gets one request at a time, after pauses that double up to a bound, until it sends a byte', () => {
    const { watch } = hung()
    let nowMs = 1_001
    const pauses: number[] = []
    for (let probes = 0; probes < 7; probes += 1) {
      expect(allowsWait(watch, nowMs)).toBe(true)
      const probe = beginWait(watch, STREAM, nowMs)
      expect(allowsWait(watch, nowMs)).toBe(false)
      nowMs += 1_100
      endWaitInVain(watch, probe, { ...limits, nowMs, isClientGone: true })
      const endedMs = nowMs
      while (!allowsWait(watch, nowMs)) nowMs += 100
      pauses.push(nowMs - endedMs)
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000])
    endHang(watch, nowMs)
    expect(allowsWait(watch, nowMs)).toBe(true)
  })

  it('is probed again at once where the client of a probe leaves early', () => {
    const { watch } = hung()
    const probe = beginWait(watch, STREAM, 2_000)
    endWaitInVain(watch, probe, { ...limits, nowMs: 2_100, isClientGone: true })
    expect(allowsWait(watch, 2_100)).toBe(true)
  })

  it('keeps each probe twice as long as the one before, and other requests no longer than the limit', () => {
    const { watch, waits } = hung()
    for (const wait of waits) expect(isOverdue(watch, wait, LIMIT_MS, 1_001)).toBe(true)
    let nowMs = 2_000
    for (const patience of [1_000, 2_000, 4_000]) {
      while (!allowsWait(watch, nowMs)) nowMs += 100
      const probe = beginWait(watch, STREAM, nowMs)
      expect(isOverdue(watch, probe, LIMIT_MS, nowMs + patience)).toBe(false)
      expect(isOverdue(watch, probe, LIMIT_MS, nowMs + patience + 1)).toBe(true)
      nowMs += patience + 1
      endWaitInVain(watch, probe, { ...limits, nowMs, isClientGone: false })
    }
  })

  it('needs new evidence after a reset', () => {
    const { watch } = hung()
    resetWatch(watch)
    expect(declareHang(watch, { threshold: THRESHOLD, limitMs: LIMIT_MS }, 1_100)).toBe(false)
    expect(declareHang(watch, { threshold: THRESHOLD, limitMs: LIMIT_MS }, 2_000)).toBe(false)
    expect(declareHang(watch, { threshold: THRESHOLD, limitMs: LIMIT_MS }, 2_101)).toBe(true)
  })
})
