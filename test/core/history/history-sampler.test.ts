// What the history takes of live traffic, compared with a list of all events.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHistorySampler } from '../../../src/core/history/history-sampler.ts'
import type { HistorySample } from '../../../src/core/history/history-sample.ts'
import { addSketchBytes } from '../../../src/core/history/sketch-bytes.ts'
import type { TimeSketch } from '../../../src/core/traffic/time-sketch.ts'
import { sketchOf } from '../traffic/sketch-of.ts'
import { createLiveTraffic } from '../../../src/core/traffic/live-traffic.ts'
import { indexConfiguration } from '../../../src/core/state/configuration.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'

const START_MS = Date.parse('2027-01-31T09:00:03.400Z')

function fixture() {
  const clock = manualClock()
  const traffic = createLiveTraffic(clock.now)
  const snapshot = indexConfiguration(
    configuration([endpointConfig(1), endpointConfig(2)], { blocks: [blockConfig(1), blockConfig(2)] }),
  )
  const waiting = new Map<number, { requests: number }>()
  const startMs = clock.now()
  const sampler = createHistorySampler({
    state: { traffic, snapshot: () => snapshot },
    clock: clock.now,
    now: () => START_MS + clock.now() - startMs,
    waiting: () => waiting,
  })
  return { clock, traffic, sampler, waiting }
}

const served = { model: null, aliasId: undefined }
const result = { promptTokens: 1, deltas: 1, latencyMs: 1 }

const sumOf = (samples: readonly HistorySample[], kind: HistorySample['kind'], id: number) => {
  const own = samples.filter((one) => one.kind === kind && one.id === id)
  const sum = (figure: 'requests' | 'failures' | 'tokens' | 'firstTokens' | 'firstTokenMs'): number =>
    own.reduce((all, one) => all + one[figure], 0)
  return [sum('requests'), sum('failures'), sum('tokens'), sum('firstTokens'), sum('firstTokenMs')]
}

const timesOf = (
  samples: readonly HistorySample[],
  kind: HistorySample['kind'],
  id: number,
  figure: 'firstTokenTimes' | 'durationTimes',
): TimeSketch => {
  const sketch: TimeSketch = new Map()
  for (const one of samples) {
    const bytes = one.kind === kind && one.id === id ? one[figure] : null
    if (bytes !== null) addSketchBytes(sketch, bytes)
  }
  return sketch
}

const event = fc.record({
  afterMs: fc.oneof(fc.nat(3_000), fc.nat(200_000)),
  blockId: fc.constantFrom(1, 2),
  endpointId: fc.constantFrom(1, 2),
  tokens: fc.nat(100),
  failed: fc.boolean(),
  latencyMs: fc.integer({ min: 1, max: 90_000 }),
  firstTokenMs: fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }),
  takes: fc.boolean(),
})

describe('the sampler', () => {
  it('takes each count once, at whatever times it is asked', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const { clock, traffic, sampler } = fixture()
        const samples: HistorySample[] = []
        let untakenMs = 0
        for (const {
          afterMs,
          blockId,
          endpointId,
          tokens,
          failed,
          latencyMs,
          firstTokenMs,
          takes,
        } of events) {
          clock.advance(afterMs)
          untakenMs += afterMs
          // The live traffic remembers times for a minute.
          if (takes || untakenMs > 30_000) {
            samples.push(...(sampler.take() ?? []))
            untakenMs = 0
          }
          const counts = traffic.begin({ blockId, token: null }, endpointId, served)
          const outcome = failed ? ('failure' as const) : ('success' as const)
          traffic.settle(counts, { ...result, outcome, completionTokens: tokens, latencyMs, firstTokenMs })
          if (events.length > 20) samples.push(...(sampler.take() ?? []))
        }
        clock.advance(2_000)
        samples.push(...(sampler.take() ?? []))
        const expected = (matching: (one: (typeof events)[number]) => boolean) =>
          events
            .filter(matching)
            .reduce<number[]>(
              ([requests = 0, failures = 0, tokens = 0, firstTokens = 0, ms = 0], one) => [
                requests + 1,
                failures + Number(one.failed),
                tokens + one.tokens,
                firstTokens + Number(one.firstTokenMs !== undefined),
                ms + (one.firstTokenMs ?? 0),
              ],
              [0, 0, 0, 0, 0],
            )
        const expectTimes = (kind: HistorySample['kind'], id: number, own: typeof events): void => {
          expect(timesOf(samples, kind, id, 'firstTokenTimes')).toEqual(
            sketchOf(own.flatMap(({ firstTokenMs }) => firstTokenMs ?? [])),
          )
          expect(timesOf(samples, kind, id, 'durationTimes')).toEqual(
            sketchOf(own.flatMap(({ failed, latencyMs }) => (failed ? [] : latencyMs))),
          )
        }
        expect(sumOf(samples, 'total', 0)).toEqual(expected(() => true))
        expectTimes('total', 0, events)
        for (const id of [1, 2]) {
          expect(sumOf(samples, 'endpoint', id)).toEqual(expected(({ endpointId }) => endpointId === id))
          expect(sumOf(samples, 'block', id)).toEqual(expected(({ blockId }) => blockId === id))
          expectTimes(
            'block',
            id,
            events.filter(({ blockId }) => blockId === id),
          )
        }
      }),
    )
  })

  it('puts counts into the ten seconds of the wall clock that they fell in', () => {
    const { clock, traffic, sampler } = fixture()
    for (let second = 0; second < 20; second += 1) {
      traffic.settle(traffic.begin({ blockId: 1, token: null }, 1, served), {
        ...result,
        outcome: 'success',
        completionTokens: 5,
      })
      clock.advance(1_000)
    }
    clock.advance(1_000)
    const totals = (sampler.take() ?? []).filter(({ kind }) => kind === 'total')
    expect(totals.map(({ atS }) => new Date(atS * 1000).toISOString().slice(11, 19))).toEqual([
      '09:00:00',
      '09:00:10',
      '09:00:20',
    ])
    expect(totals.reduce((sum, { requests }) => sum + requests, 0)).toBe(20)
  })

  it('notes what is in flight and waits, with an idle gateway in one row', () => {
    const { clock, traffic, sampler, waiting } = fixture()
    clock.advance(10_000)
    expect(sampler.take()?.map(({ kind }) => kind)).toEqual(['total', 'total'])
    traffic.begin({ blockId: 1, token: null }, 2, served)
    waiting.set(2, { requests: 3 })
    clock.advance(2_000)
    expect(sampler.take()).toMatchObject([
      { kind: 'total', inflight: 1, waiting: 3 },
      { kind: 'endpoint', id: 2, inflight: 1, waiting: 0 },
      { kind: 'block', id: 1, inflight: 1, waiting: 0 },
      { kind: 'block', id: 2, inflight: 0, waiting: 3 },
    ])
  })

  it('returns what could not be written with the next samples', () => {
    const { clock, sampler } = fixture()
    clock.advance(10_000)
    const lost = sampler.take() ?? []
    sampler.putBack(lost)
    expect(sampler.take()).toBeUndefined()
    clock.advance(10_000)
    expect(sampler.take()?.slice(0, lost.length)).toEqual(lost)
  })
})
