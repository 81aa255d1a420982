// The live counts, compared with a naive list of all events.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createLiveTraffic } from '../../../src/core/traffic/live-traffic.ts'
import {
  firstTokensStartMs,
  readCachedPercent,
  readFirstTokens,
  readMinute,
  readRates,
  readSeries,
  seriesEndMs,
} from '../../../src/core/traffic/read-traffic.ts'
import type { Traffic } from '../../../src/core/traffic/traffic.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

const result = (values: Partial<Settlement> = {}): Settlement => ({
  outcome: 'success',
  promptTokens: 1,
  completionTokens: 10,
  deltas: 0,
  latencyMs: 100,
  ...values,
})

interface Event {
  readonly atMs: number
  readonly blockId: number | undefined
  readonly endpointId: number | undefined
  readonly tokenId: number | undefined
  /** undefined for a request without a lease. */
  readonly model?: string | null
  readonly aliasId?: number | undefined
  readonly result: Settlement
  readonly gaveUp?: boolean
}

const ids = fc.integer({ min: 1, max: 3 })
const settlement: fc.Arbitrary<Settlement> = fc
  .record({
    outcome: fc.constantFrom('success' as const, 'failure' as const, 'aborted' as const),
    superseded: fc.boolean(),
    promptTokens: fc.option(fc.nat(900), { nil: undefined }),
    cachedTokens: fc.option(fc.nat(900), { nil: undefined }),
    completionTokens: fc.option(fc.nat(500), { nil: undefined }),
    firstTokenMs: fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined }),
  })
  .map((values) => result(values.superseded ? { ...values, firstTokenMs: undefined } : values))
const client = fc.record({ blockId: ids, token: fc.option(fc.record({ id: ids })) })
const served = fc.record({
  model: fc.constantFrom('llama', 'qwen', null),
  aliasId: fc.option(ids, { nil: undefined }),
})
const steps = fc.array(
  fc.oneof(
    fc.record({ afterMs: fc.oneof(fc.nat(700), fc.nat(20_000), fc.constantFrom(500, 10_000, 330_000)) }),
    fc.record({ take: client, endpointId: ids, served }),
    fc.record({ settle: fc.nat(50), result: settlement, gaveUp: fc.boolean() }),
    fc.record({ unleased: fc.option(client, { nil: undefined }), failed: fc.boolean() }),
  ),
  { maxLength: 60 },
)
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

/** Runs the steps. @returns the counts, and the events that they are expected to cover. */
function record(drawn: readonly Step[], startMs: number) {
  const clock = manualClock(startMs)
  const traffic = createLiveTraffic(clock.now)
  const events: Event[] = []
  const arrivals: { readonly atMs: number; readonly endpointId: number }[] = []
  const open: { counts: ReturnType<typeof traffic.begin>; of: Omit<Event, 'atMs' | 'result'> }[] = []
  for (const step of drawn) {
    if ('afterMs' in step) clock.advance(step.afterMs)
    else if ('take' in step) {
      const { take, endpointId, served } = step
      const of = { blockId: take.blockId, endpointId, tokenId: take.token?.id, ...served }
      open.push({ counts: traffic.begin(take, endpointId, served), of })
      arrivals.push({ atMs: clock.now(), endpointId })
    } else if ('settle' in step) {
      const [one] = open.splice(step.settle % Math.max(1, open.length), 1)
      if (one === undefined) continue
      const gaveUp = step.gaveUp && step.result.outcome === 'aborted'
      traffic.settle(one.counts, step.result, gaveUp)
      events.push({ ...one.of, atMs: clock.now(), result: step.result, gaveUp })
    } else {
      const { unleased, failed } = step
      traffic.countUnleased(unleased, failed)
      events.push({
        atMs: clock.now(),
        blockId: unleased?.blockId,
        endpointId: undefined,
        tokenId: unleased?.token?.id,
        result: result({ outcome: failed ? 'failure' : 'success', completionTokens: 0 }),
      })
    }
  }
  return { clock, traffic, events, arrivals, open: open.map(({ of }) => of) }
}

const sumOf = (events: readonly Event[], of: (event: Event) => number): number =>
  events.reduce((sum, event) => sum + of(event), 0)

const tokensOf = ({ result: { completionTokens } }: Event): number => completionTokens ?? 0
const isFailure = ({ result: { outcome } }: Event): number => Number(outcome === 'failure')
const isNotSuperseded = ({ result: { superseded } }: Event): number => Number(!superseded)

/** Each traffic object with its events, and whether it counts attempts that another endpoint took over. */
function objects({ traffic, events, open }: ReturnType<typeof record>) {
  const all: { object: Traffic | undefined; own: Event[]; countsAttempts: boolean; inflight?: number }[] = [
    { object: traffic.total, own: events, countsAttempts: false },
  ]
  const add = (
    object: Traffic | undefined,
    countsAttempts: boolean,
    matches: (one: Omit<Event, 'atMs' | 'result'>) => boolean,
  ) =>
    all.push({ object, countsAttempts, own: events.filter(matches), inflight: open.filter(matches).length })
  for (const id of [1, 2, 3]) {
    add(traffic.block(id), false, (one) => one.blockId === id)
    add(traffic.endpoint(id), true, (one) => one.endpointId === id)
    add(traffic.tokens().get(id), false, (one) => one.tokenId === id)
    add(traffic.alias(id), false, (one) => one.aliasId === id)
    for (const blockId of [1, 2, 3]) {
      add(traffic.wire(blockId, id), true, (one) => one.endpointId === id && one.blockId === blockId)
    }
  }
  for (const model of ['llama', 'qwen', null])
    add(traffic.models().get(model), false, (one) => one.model === model)
  return all
}

const LLAMA = { model: 'llama', aliasId: undefined }
const startMs = fc.double({ min: 1, max: 1e7, noNaN: true })

describe('the live counts', () => {
  it('count open leases, and the rates of the last ten seconds, for each object', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const recording = record(drawn, start)
        const nowMs = recording.clock.now()
        const first = Math.floor(nowMs / 500) - 19
        const spanS = Math.max(500, nowMs - Math.max(start, first * 500)) / 1000
        for (const { object, own, countsAttempts, inflight } of objects(recording)) {
          const recent = own.filter(({ atMs }) => Math.floor(atMs / 500) >= first)
          const rates = readRates(object, recording.traffic.timeSpan())
          const counted = (event: Event): number => (countsAttempts ? 1 : isNotSuperseded(event))
          expect(rates.tokensPerSecond * spanS).toBeCloseTo(sumOf(recent, tokensOf), 6)
          expect(rates.requestsPerSecond * spanS).toBeCloseTo(sumOf(recent, counted), 6)
          expect(rates.errorsPerSecond * spanS).toBeCloseTo(
            sumOf(recent, (event) => counted(event) * isFailure(event)),
            6,
          )
          if (inflight !== undefined) expect(object?.inflight ?? 0).toBe(inflight)
        }
        const { arrivals, traffic } = recording
        const recent = arrivals.filter(({ atMs }) => Math.floor(atMs / 500) >= first)
        const arrivedAt = (object: Traffic | undefined): number =>
          readRates(object, traffic.timeSpan()).arrivalsPerSecond * spanS
        expect(arrivedAt(traffic.total)).toBeCloseTo(recent.length, 6)
        for (const id of [1, 2, 3])
          expect(arrivedAt(traffic.endpoint(id))).toBeCloseTo(
            recent.filter(({ endpointId }) => endpointId === id).length,
            6,
          )
      }),
    )
  })

  it('return the figures of an endpoint over the last minute', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const recording = record(drawn, start)
        const nowMs = recording.clock.now()
        const first = Math.floor(nowMs / 2000) - 29
        for (const id of [1, 2, 3]) {
          const minute = recording.events.filter(
            ({ atMs, endpointId }) => endpointId === id && Math.floor(atMs / 2000) >= first,
          )
          const successes = sumOf(minute, ({ result }) => Number(result.outcome === 'success'))
          const giveUps = sumOf(minute, ({ gaveUp }) => Number(gaveUp))
          const attempts = successes + sumOf(minute, isFailure) + giveUps
          const firstTokens = minute.flatMap(({ result }) => result.firstTokenMs ?? [])
          const figures = readMinute(recording.traffic.endpoint(id), nowMs)
          expect(figures.giveUps).toBe(giveUps)
          expect(figures.completionTokens).toBe(sumOf(minute, tokensOf))
          expect(figures.successPercent).toBe(attempts === 0 ? null : (100 * successes) / attempts)
          expect(figures.firstTokenMs).toBe(
            firstTokens.length === 0
              ? null
              : firstTokens.reduce((sum, ms) => sum + ms, 0) / firstTokens.length,
          )
        }
      }),
    )
  })

  it('tell which part of prompt tokens was cached in the last minute, of responses that tell, in total, of endpoints and of wires', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const recording = record(drawn, start)
        const nowMs = recording.clock.now()
        const first = Math.floor(nowMs / 2000) - 29
        for (const { object, own } of objects(recording).filter(({ object }) => object?.prompts)) {
          const told = own.filter(
            ({ atMs, endpointId, result: { promptTokens, cachedTokens } }) =>
              endpointId !== undefined &&
              Math.floor(atMs / 2000) >= first &&
              promptTokens !== undefined &&
              cachedTokens !== undefined,
          )
          const prompt = sumOf(told, ({ result: { promptTokens } }) => promptTokens ?? 0)
          const cached = sumOf(told, ({ result: { cachedTokens } }) => cachedTokens ?? 0)
          expect(readCachedPercent(object, nowMs)).toBe(prompt === 0 ? null : (100 * cached) / prompt)
        }
      }),
    )
  })

  it('keep the mean times to the first token of five minutes, in steps of ten seconds, the last not complete', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const recording = record(drawn, start)
        const nowMs = recording.clock.now()
        const fromMs = firstTokensStartMs(nowMs)
        expect(nowMs - fromMs).toBeGreaterThanOrEqual(290_000)
        expect(nowMs - fromMs).toBeLessThan(300_000)
        for (const id of [1, 2, 3]) {
          const { meanMs, streams } = readFirstTokens(recording.traffic.endpoint(id), nowMs)
          const times = meanMs.map((_, step) =>
            recording.events.flatMap(({ atMs, endpointId, result: { firstTokenMs } }) =>
              endpointId === id && Math.floor((atMs - fromMs) / 10_000) === step ? (firstTokenMs ?? []) : [],
            ),
          )
          expect(meanMs).toHaveLength(30)
          expect(streams).toEqual(times.map(({ length }) => length))
          expect(meanMs).toEqual(
            times.map((ms) => (ms.length === 0 ? null : ms.reduce((sum, one) => sum + one, 0) / ms.length)),
          )
        }
      }),
    )
  })

  it('keep five minutes of steps that add up to the events in them', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const recording = record(drawn, start)
        const nowMs = recording.clock.now()
        const current = Math.floor(nowMs / 2000)
        const length = Math.min(150, current - Math.floor(start / 2000))
        expect(seriesEndMs(nowMs)).toBe(current * 2000)
        for (const { object, own } of objects(recording).filter(({ object }) => object?.history)) {
          const over = own.filter(({ atMs }) => {
            const step = Math.floor(atMs / 2000)
            return step < current && step >= current - 150
          })
          const series = readSeries(object, recording.traffic.timeSpan())
          for (const one of Object.values(series) as number[][]) expect(one).toHaveLength(length)
          const total = series.tokensPerSecond.reduce((sum, rate) => sum + 2 * rate, 0)
          expect(total).toBeCloseTo(sumOf(over, tokensOf), 6)
        }
        expect(readSeries(undefined, recording.traffic.timeSpan()).errorsPerSecond).toEqual(
          Array.from({ length }, () => 0),
        )
      }),
    )
  })

  it('clear everything but open leases on a reset, and continue to count', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const recording = record(drawn, start)
        const { clock, traffic } = recording
        traffic.reset()
        for (const { object, inflight } of objects(recording)) {
          expect(Object.values(readRates(object, traffic.timeSpan()))).toEqual([0, 0, 0, 0])
          expect(readMinute(object, clock.now())).toEqual({
            completionTokens: 0,
            giveUps: 0,
            successPercent: null,
            firstTokenMs: null,
          })
          expect(readCachedPercent(object, clock.now())).toBeNull()
          if (inflight !== undefined) expect(object?.inflight ?? 0).toBe(inflight)
          expect(object === undefined).toBe(inflight === 0)
        }
        clock.advance(1_000)
        traffic.settle(traffic.begin({ blockId: 1, token: null }, 1, LLAMA), result())
        expect(readRates(traffic.endpoint(1), traffic.timeSpan()).tokensPerSecond).toBeCloseTo(10, 6)
      }),
    )
  })

  it('drop idle entries: client tokens, models and aliases at once, wires after a minute, blocks and endpoints after their history', () => {
    const clock = manualClock()
    const traffic = createLiveTraffic(clock.now)
    const begin = (id: number) =>
      traffic.begin({ blockId: id, token: { id } }, id, { model: `model-${id}`, aliasId: id })
    const serve = (id: number): void => traffic.settle(begin(id), result())
    for (let id = 1; id <= 5_000; id += 1) serve(id)
    const held = begin(6_000)
    expect(traffic.tokens().size).toBe(5_001)
    clock.advance(10_000)
    serve(7_000)
    expect([...traffic.tokens().keys()]).toEqual([6_000, 7_000])
    expect([...traffic.models().keys()]).toEqual(['model-6000', 'model-7000'])
    expect(traffic.alias(1)).toBeUndefined()
    expect(traffic.alias(6_000)).toBeDefined()
    expect(traffic.wire(1, 1)).toBeDefined()
    clock.advance(52_000)
    serve(7_000)
    expect(traffic.wire(1, 1)).toBeUndefined()
    expect(traffic.endpoint(1)).toBeDefined()
    expect(traffic.block(1)).toBeDefined()
    clock.advance(250_000)
    serve(7_000)
    expect(traffic.endpoint(1)).toBeUndefined()
    expect(traffic.block(1)).toBeUndefined()
    traffic.settle(held, result())
    expect(readRates(traffic.wire(6_000, 6_000), traffic.timeSpan()).requestsPerSecond).toBeGreaterThan(0)
    expect(readRates(traffic.endpoint(6_000), traffic.timeSpan()).requestsPerSecond).toBeGreaterThan(0)
  })
})
