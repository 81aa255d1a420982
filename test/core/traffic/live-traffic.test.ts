// The live counts against a naive list of everything that ever happened.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { createLiveTraffic } from '../../../src/core/traffic/live-traffic.ts'
import {
  readMinute,
  readRates,
  readSeries,
  seriesEndMs,
  type Traffic,
} from '../../../src/core/traffic/traffic.ts'
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
  readonly result: Settlement
}

const ids = fc.integer({ min: 1, max: 3 })
const settlement: fc.Arbitrary<Settlement> = fc
  .record({
    outcome: fc.constantFrom('success' as const, 'failure' as const, 'aborted' as const),
    superseded: fc.boolean(),
    completionTokens: fc.option(fc.nat(500), { nil: undefined }),
    firstTokenMs: fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined }),
  })
  .map((values) => result(values.superseded ? { ...values, firstTokenMs: undefined } : values))
const client = fc.record({ blockId: ids, token: fc.option(fc.record({ id: ids })) })
const steps = fc.array(
  fc.oneof(
    fc.record({ afterMs: fc.oneof(fc.nat(700), fc.nat(20_000), fc.constantFrom(500, 10_000, 330_000)) }),
    fc.record({ take: client, endpointId: ids }),
    fc.record({ settle: fc.nat(50), result: settlement }),
    fc.record({ unleased: fc.option(client, { nil: undefined }), failed: fc.boolean() }),
  ),
  { maxLength: 60 },
)
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

/** Plays the steps. @returns the counts, and everything that they should know. */
function play(drawn: readonly Step[], startMs: number) {
  const clock = manualClock(startMs)
  const traffic = createLiveTraffic(clock.now)
  const events: Event[] = []
  const open: { held: ReturnType<typeof traffic.begin>; of: Omit<Event, 'atMs' | 'result'> }[] = []
  for (const step of drawn) {
    if ('afterMs' in step) clock.advance(step.afterMs)
    else if ('take' in step) {
      const { take, endpointId } = step
      const of = { blockId: take.blockId, endpointId, tokenId: take.token?.id }
      open.push({ held: traffic.begin(take, endpointId), of })
    } else if ('settle' in step) {
      const [one] = open.splice(step.settle % Math.max(1, open.length), 1)
      if (one === undefined) continue
      traffic.settle(one.held, step.result)
      events.push({ ...one.of, atMs: clock.now(), result: step.result })
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
  return { clock, traffic, events, open: open.map(({ of }) => of) }
}

const sumOf = (events: readonly Event[], of: (event: Event) => number): number =>
  events.reduce((sum, event) => sum + of(event), 0)

const tokensOf = ({ result: { completionTokens } }: Event): number => completionTokens ?? 0
const isFailure = ({ result: { outcome } }: Event): number => Number(outcome === 'failure')
const isAnswered = ({ result: { superseded } }: Event): number => Number(!superseded)

/** Every place with the events that belong there, and whether those count that another endpoint took over. */
function places({ traffic, events, open }: ReturnType<typeof play>) {
  const all: { place: Traffic | undefined; own: Event[]; asked: boolean; inflight?: number }[] = [
    { place: traffic.total, own: events, asked: false },
  ]
  const add = (
    place: Traffic | undefined,
    asked: boolean,
    matches: (one: Omit<Event, 'atMs' | 'result'>) => boolean,
  ) => all.push({ place, asked, own: events.filter(matches), inflight: open.filter(matches).length })
  for (const id of [1, 2, 3]) {
    add(traffic.block(id), false, (one) => one.blockId === id)
    add(traffic.endpoint(id), true, (one) => one.endpointId === id)
    add(traffic.tokens().get(id), false, (one) => one.tokenId === id)
    for (const blockId of [1, 2, 3]) {
      add(traffic.wire(blockId, id), true, (one) => one.endpointId === id && one.blockId === blockId)
    }
  }
  return all
}

const startMs = fc.double({ min: 1, max: 1e7, noNaN: true })

describe('the live counts', () => {
  it('know what is in flight, and the rates of the last ten seconds, at each place', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const played = play(drawn, start)
        const nowMs = played.clock.now()
        const first = Math.floor(nowMs / 500) - 19
        const spanS = Math.max(500, nowMs - Math.max(start, first * 500)) / 1000
        for (const { place, own, asked, inflight } of places(played)) {
          const recent = own.filter(({ atMs }) => Math.floor(atMs / 500) >= first)
          const rates = readRates(place, played.traffic.timeSpan())
          const counted = (event: Event): number => (asked ? 1 : isAnswered(event))
          expect(rates.tokensPerSecond * spanS).toBeCloseTo(sumOf(recent, tokensOf), 6)
          expect(rates.requestsPerSecond * spanS).toBeCloseTo(sumOf(recent, counted), 6)
          expect(rates.errorsPerSecond * spanS).toBeCloseTo(
            sumOf(recent, (event) => counted(event) * isFailure(event)),
            6,
          )
          if (inflight !== undefined) expect(place?.inflight ?? 0).toBe(inflight)
        }
      }),
    )
  })

  it('know how an endpoint did in the last minute', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const played = play(drawn, start)
        const nowMs = played.clock.now()
        const first = Math.floor(nowMs / 2000) - 29
        for (const id of [1, 2, 3]) {
          const minute = played.events.filter(
            ({ atMs, endpointId }) => endpointId === id && Math.floor(atMs / 2000) >= first,
          )
          const successes = sumOf(minute, ({ result }) => Number(result.outcome === 'success'))
          const judged = successes + sumOf(minute, isFailure)
          const firstTokens = minute.flatMap(({ result }) => result.firstTokenMs ?? [])
          const figures = readMinute(played.traffic.endpoint(id), nowMs)
          expect(figures.completionTokens).toBe(sumOf(minute, tokensOf))
          expect(figures.successPercent).toBe(judged === 0 ? null : (100 * successes) / judged)
          expect(figures.firstTokenMs).toBe(
            firstTokens.length === 0
              ? null
              : firstTokens.reduce((sum, ms) => sum + ms, 0) / firstTokens.length,
          )
        }
      }),
    )
  })

  it('keep five minutes of steps that add up to all that happened in them', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const played = play(drawn, start)
        const nowMs = played.clock.now()
        const present = Math.floor(nowMs / 2000)
        const length = Math.min(150, present - Math.floor(start / 2000))
        expect(seriesEndMs(nowMs)).toBe(present * 2000)
        for (const { place, own } of places(played).filter(({ place }) => place?.history)) {
          const over = own.filter(({ atMs }) => {
            const step = Math.floor(atMs / 2000)
            return step < present && step >= present - 150
          })
          const series = readSeries(place, played.traffic.timeSpan())
          for (const one of Object.values(series) as number[][]) expect(one).toHaveLength(length)
          const total = series.tokensPerSecond.reduce((sum, rate) => sum + 2 * rate, 0)
          expect(total).toBeCloseTo(sumOf(over, tokensOf), 6)
        }
        expect(readSeries(undefined, played.traffic.timeSpan()).errorsPerSecond).toEqual(
          Array.from({ length }, () => 0),
        )
      }),
    )
  })

  it('forget on a reset all but what is in flight, and go on counting', () => {
    fc.assert(
      fc.property(startMs, steps, (start, drawn) => {
        const played = play(drawn, start)
        const { clock, traffic } = played
        traffic.reset()
        for (const { place, inflight } of places(played)) {
          expect(Object.values(readRates(place, traffic.timeSpan()))).toEqual([0, 0, 0])
          expect(readMinute(place, clock.now())).toEqual({
            completionTokens: 0,
            successPercent: null,
            firstTokenMs: null,
          })
          if (inflight !== undefined) expect(place?.inflight ?? 0).toBe(inflight)
          expect(place === undefined).toBe(inflight === 0)
        }
        clock.advance(1_000)
        traffic.settle(traffic.begin({ blockId: 1, token: null }, 1), result())
        expect(readRates(traffic.endpoint(1), traffic.timeSpan()).tokensPerSecond).toBeCloseTo(10, 6)
      }),
    )
  })

  it('drop what has fallen idle: client tokens and wires at once, blocks and endpoints after their history', () => {
    const clock = manualClock()
    const traffic = createLiveTraffic(clock.now)
    const serve = (tokenId: number): void =>
      traffic.settle(traffic.begin({ blockId: tokenId, token: { id: tokenId } }, tokenId), result())
    for (let id = 1; id <= 5_000; id += 1) serve(id)
    const held = traffic.begin({ blockId: 6_000, token: { id: 6_000 } }, 6_000)
    expect(traffic.tokens().size).toBe(5_001)
    clock.advance(10_000)
    serve(7_000)
    expect([...traffic.tokens().keys()]).toEqual([6_000, 7_000])
    expect(traffic.wire(1, 1)).toBeUndefined()
    expect(traffic.endpoint(1)).toBeDefined()
    expect(traffic.block(1)).toBeDefined()
    clock.advance(302_000)
    serve(7_000)
    expect(traffic.endpoint(1)).toBeUndefined()
    expect(traffic.block(1)).toBeUndefined()
    traffic.settle(held, result())
    expect(readRates(traffic.wire(6_000, 6_000), traffic.timeSpan()).requestsPerSecond).toBeGreaterThan(0)
    expect(readRates(traffic.endpoint(6_000), traffic.timeSpan()).requestsPerSecond).toBeGreaterThan(0)
  })
})
