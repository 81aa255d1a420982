// Tests the invariants of a run on a manual clock.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCardRun } from '../../../src/load-engine/runs/card-run.ts'
import type { RequestResult } from '../../../src/load-engine/requests/request-result.ts'
import { defaultScenario, type Scenario } from '../../../src/load-engine/model/scenario.ts'
import { createTraceBuilder, type Trace } from '../../../src/load-engine/traces/trace.ts'
import { kneeOf } from '../../../src/load-engine/model/find-knee.ts'
import { ratePoints } from '../../../public/load-producer/model/rate-points.ts'
import { createInstantTransport, createManualClock } from './instant-transport.ts'

function startRun(fields: Partial<Scenario>, serviceMs: (index: number) => number, trace?: Trace) {
  const clock = createManualClock()
  const instant = createInstantTransport(clock, serviceMs)
  const results: RequestResult[] = []
  const scenario = { ...defaultScenario, model: 'sim-model', stream: false, ...fields }
  let ends = 0
  const run = createCardRun(scenario, {
    transport: instant.transport,
    timer: clock,
    trace,
    seed: 1,
    onResult: (result) => void results.push(result),
    onEnd: () => void (ends += 1),
    onRefused: ({ message }) => expect.fail(message),
  })
  run.start()
  return { run, clock, results, scenario, ...instant, ends: () => ends }
}

const serviceTimes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 })
const cycle = (list: readonly number[]) => (index: number) => list[index % list.length] ?? 1

describe('a closed loop', () => {
  it('keeps exactly the parallel limit in flight, sends each request once, and ends', () => {
    fc.assert(
      fc.property(
        serviceTimes,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 60 }),
        (list, maxParallel, requests) => {
          const { run, clock, results, maxInFlight, ends } = startRun({ maxParallel, requests }, cycle(list))
          expect(run.stats.counts().inFlight).toBe(Math.min(maxParallel, requests))
          clock.advance(1e6)
          expect(maxInFlight()).toBe(Math.min(maxParallel, requests))
          expect(run.stats.counts()).toMatchObject({
            arrived: requests,
            sent: requests,
            ok: requests,
            inFlight: 0,
          })
          expect([run.state(), ends(), clock.pending()]).toEqual(['finished', 1, 0])
          expect(
            results.map(({ e2eMs }) => e2eMs).every((ms) => ms !== null && list.includes(Math.round(ms))),
          ).toBe(true)
        },
      ),
    )
  })

  it('of a sweep has the parallel limit of its step', () => {
    const arrival = {
      kind: 'sweep',
      over: 'parallel',
      from: 1,
      to: 8,
      steps: 4,
      stepS: 10,
      spacing: 'geometric',
    } as const
    const { run, clock, results } = startRun({ requests: 0, arrival }, () => 100)
    for (const [step, level] of [1, 2, 4, 8].entries()) {
      expect(run.step()).toBe(`${step + 1} of 4 · ${level} in parallel`)
      clock.advance(5_000)
      expect(run.stats.counts().inFlight).toBe(level)
      clock.advance(5_000)
    }
    clock.advance(1_000)
    expect(run.state()).toBe('finished')
    const steps = Object.groupBy(results, ({ labels }) => labels.step)
    // Each step takes 10 s, which is a hundred rounds of 100 ms.
    expect(Object.entries(steps).map(([name, all]) => [name, Math.round((all?.length ?? 0) / 100)])).toEqual([
      ['1 in parallel', 1],
      ['2 in parallel', 2],
      ['4 in parallel', 4],
      ['8 in parallel', 8],
    ])
  })
})

describe('a search for the knee', () => {
  it('finds the rate that the target can serve, and shows goodput by rate', () => {
    // Ten at once, a tenth of a second each: a hundred a second.
    const { run, clock } = startRun(
      {
        requests: 0,
        maxParallel: 10,
        timeoutS: 2,
        arrival: { kind: 'knee', fromPerS: 10, toPerS: 1_000, stepS: 10, precisionPercent: 10 },
        slo: { ttftMs: null, tpotMs: null, e2eMs: 500, goalPercent: 95 },
      },
      () => 100,
    )
    for (let second = 0; second < 2_000 && run.state() === 'running'; second += 1) {
      clock.advance(1_000)
      run.sendDue()
    }
    expect(run.state()).toBe('finished')
    const points = ratePoints(run.stats.groups().step)
    const { passedPerS, failedPerS, isSure } = kneeOf(points, 95)
    expect(passedPerS).toBeGreaterThan(85)
    expect(passedPerS).toBeLessThanOrEqual(105)
    expect(failedPerS).toBeGreaterThan(100)
    expect(failedPerS).toBeLessThan(120)
    expect(isSure).toBe(true)
    expect(points.length).toBeGreaterThan(5)
    expect(clock.pending()).toBe(0)
  })
})

describe('an open loop', () => {
  it('measures latency from the due time, and sends every waiting request', () => {
    // At one in parallel, a request is due every 100 ms and takes 300 ms, so each waits 200 ms longer than the previous one.
    const { run, clock, results } = startRun(
      { requests: 20, maxParallel: 1, arrival: { kind: 'constant', ratePerS: 10 }, timeoutS: 600 },
      () => 300,
    )
    clock.advance(100_000)
    expect(run.state()).toBe('finished')
    for (const [index, { e2eMs, ttfbMs }] of results.entries()) {
      expect(e2eMs).toBeCloseTo(300 + 200 * index, 6)
      expect(ttfbMs).toBeCloseTo(300 + 200 * index, 6)
    }
    expect(run.stats.counts()).toMatchObject({ ok: 20, dropped: 0 })
  })

  it('sends at most a millisecond early, so that no delay of a timer counts, and takes each time from the sending', () => {
    const { run, clock, results } = startRun(
      { requests: 20, maxParallel: 100, arrival: { kind: 'constant', ratePerS: 10 }, timeoutS: 600 },
      () => 50,
    )
    clock.advance(98)
    expect(run.stats.counts()).toMatchObject({ ok: 1, inFlight: 0 })
    clock.advance(1)
    expect(run.stats.counts()).toMatchObject({ ok: 1, inFlight: 1 })
    clock.advance(100_000)
    expect(run.state()).toBe('finished')
    for (const { e2eMs } of results) expect(e2eMs).toBeCloseTo(50, 6)
  })

  it('has the percentiles of its requests within 1 %, whatever they take', () => {
    const times = fc.array(fc.double({ min: 0.5, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(times, (takes) => {
        const { run, clock } = startRun(
          { requests: takes.length, maxParallel: 5_000, arrival: { kind: 'constant', ratePerS: 100 } },
          cycle(takes),
        )
        clock.advance(1e6)
        const sorted = takes.toSorted((a, b) => a - b)
        const { e2e } = run.stats.figures().latency
        expect(e2e?.count).toBe(takes.length)
        for (const [part, measured] of [
          [0.5, e2e?.p50Ms],
          [0.95, e2e?.p95Ms],
          [0.99, e2e?.p99Ms],
        ] as const) {
          const exact = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN
          expect(Math.abs((measured ?? NaN) - exact)).toBeLessThanOrEqual(0.01 * exact)
        }
      }),
    )
  })

  it('drops requests that waited for the whole timeout, and does not count them as good', () => {
    const { run, clock, results } = startRun(
      { requests: 100, maxParallel: 1, arrival: { kind: 'constant', ratePerS: 10 }, timeoutS: 1 },
      () => 500,
    )
    clock.advance(100_000)
    const { ok, dropped, waiting } = run.stats.counts()
    expect([ok + dropped, waiting, run.state()]).toEqual([100, 0, 'finished'])
    expect(dropped).toBeGreaterThan(70)
    expect(Math.max(...results.map(({ e2eMs }) => e2eMs ?? 0))).toBeLessThanOrEqual(1_500)
    expect(run.stats.figures().goodput).toMatchObject({ good: ok, judged: 100 })
  })

  it('accounts for every arrival at any response times', () => {
    fc.assert(
      fc.property(
        serviceTimes,
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0.5, max: 50, noNaN: true }),
        fc.constantFrom('constant' as const, 'poisson' as const),
        fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 10 }),
        (list, maxParallel, ratePerS, kind, advances) => {
          const { run, clock, maxInFlight } = startRun(
            { requests: 50, maxParallel, arrival: { kind, ratePerS }, timeoutS: 2 },
            cycle(list),
          )
          for (const ms of [...advances, 1e6]) {
            clock.advance(ms)
            const counts = run.stats.counts()
            expect(counts.arrived).toBe(counts.ok + counts.dropped + counts.inFlight + counts.waiting)
          }
          expect(run.stats.counts()).toMatchObject({ arrived: 50, inFlight: 0, waiting: 0 })
          expect(maxInFlight()).toBeLessThanOrEqual(maxParallel)
          expect([run.state(), clock.pending()]).toEqual(['finished', 0])
        },
      ),
    )
  })

  it('reports its lag', () => {
    const { run, clock } = startRun({ requests: 0, arrival: { kind: 'constant', ratePerS: 10 } }, () => 1)
    clock.advance(1_000)
    expect(run.lag()).toMatchObject({ maxMs: 0, warning: false })
    run.recordLag(80)
    expect(run.lag()).toMatchObject({ maxMs: 80, recentMs: 80, warning: true })
    clock.advance(20_000)
    expect(run.lag()).toMatchObject({ maxMs: 80, warning: false })
    run.stop()
    expect(clock.pending()).toBe(0)
  })

  it('replays the lengths and times of a trace, and ends with it', () => {
    const builder = createTraceBuilder()
    for (const [atMs, inputTokens, outputTokens] of [
      [0, 4, 9],
      [1_000, 7, 0],
      [4_000, 2, 5],
    ] as const) {
      builder.add({ atMs, inputTokens, outputTokens, blocks: [] })
    }
    const arrival = { kind: 'replay', traceId: 't', traceName: 't', speed: 2 } as const
    const { run, clock, calls } = startRun(
      { requests: 0, arrival, batchMarker: 'm' },
      () => 10,
      builder.build(),
    )
    clock.advance(600)
    expect(calls).toHaveLength(2)
    clock.advance(10_000)
    const bodies = calls.map(
      ({ body }) => JSON.parse(body ?? '') as { max_tokens: number; messages: { content: string }[] },
    )
    expect(bodies.map(({ max_tokens }) => max_tokens)).toEqual([9, 1, 5])
    expect(bodies.map(({ messages }) => messages[0]?.content.split(' ').length)).toEqual([6, 9, 4])
    expect(bodies[2]?.messages[0]?.content).toMatch(/^\[m #3\] /)
    expect(run.state()).toBe('finished')
  })
})

describe('a run', () => {
  it('has nothing in flight, waiting or scheduled once it is stopped', () => {
    for (const kind of ['closed', 'constant'] as const) {
      const arrival = kind === 'closed' ? { kind } : { kind, ratePerS: 100 }
      const { run, clock, inFlight, results, ends } = startRun(
        { requests: 0, maxParallel: 5, arrival },
        () => 5_000,
      )
      clock.advance(1_000)
      run.stop()
      expect([inFlight(), clock.pending(), run.state(), ends()]).toEqual([0, 0, 'stopped', 1])
      expect(run.stats.counts()).toMatchObject({ inFlight: 0, waiting: 0, cancelled: 5, failed: 0, ok: 0 })
      expect(results.map(({ outcome }) => outcome)).toEqual(Array(5).fill('cancelled'))
      run.stop()
      expect(ends()).toBe(1)
    }
  })

  it('applies live edits, and keeps the initial values of other fields', () => {
    const { run, clock, calls, scenario } = startRun(
      { requests: 0, maxParallel: 1_000, arrival: { kind: 'constant', ratePerS: 10 } },
      () => 10,
    )
    clock.advance(10_000)
    const before = calls.length
    run.update({
      ...scenario,
      arrival: { kind: 'constant', ratePerS: 100 },
      userPrompt: 'other',
      model: 'late',
    })
    clock.advance(10_000)
    expect(calls.length - before).toBeGreaterThanOrEqual(999)
    expect(calls.length - before).toBeLessThanOrEqual(1_001)
    expect(calls.at(-1)?.body).toContain('"other"')
    expect(run.scenario()).toMatchObject({ model: scenario.model, userPrompt: 'other' })
    run.update({ ...run.scenario(), arrival: { kind: 'closed' }, requests: calls.length })
    clock.advance(1_000)
    expect(run.scenario().arrival).toEqual({ kind: 'constant', ratePerS: 100 })
    expect(run.state()).toBe('finished')
  })

  it('in a closed loop applies an edited parallel limit while it runs', () => {
    const { run, clock, scenario } = startRun({ requests: 0, maxParallel: 2 }, () => 100)
    run.update({ ...scenario, maxParallel: 7 })
    expect(run.stats.counts().inFlight).toBe(7)
    run.update({ ...scenario, maxParallel: 3 })
    clock.advance(150)
    expect(run.stats.counts().inFlight).toBe(3)
    run.stop()
  })
})
