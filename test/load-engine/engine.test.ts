// Tests the whole engine on its thread with real sockets, the balancer and simulated backends.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { FaultInput } from '../../src/simulation/faults/fault.ts'
import { eventually } from '../support/apps/running-app.ts'
import { startEngine } from './running-engine.ts'

const KEY = 'sk-secret-of-the-tests'

describe('a run', () => {
  it('of 2,000 requests at 200 in parallel counts the same as the backends', async () => {
    const { app, engine, send, ended, collect, scenario, reportsOf } = await startEngine({
      backends: [{}, {}],
    })
    send({ type: 'start', cardId: 'a', scenario: scenario({ requests: 2000, maxParallel: 200, key: KEY }) })
    expect(await ended('a')).toMatchObject({ state: 'finished' })
    await app.settled()
    const run = await collect()
    const card = run.cards[0]
    const served = app.backends.map((backend) => backend.served().routes['/v1/chat/completions'])
    const sum = (key: 'finished' | 'promptTokens' | 'completionTokens'): number =>
      served.reduce((total, backend) => total + (backend?.[key] ?? 0), 0)
    expect(card?.counts).toEqual({
      arrived: 2000,
      sent: 2000,
      inFlight: 0,
      waiting: 0,
      ok: 2000,
      failed: 0,
      cancelled: 0,
      dropped: 0,
    })
    expect(sum('finished')).toBe(2000)
    expect(card?.tokens).toEqual({
      prompt: sum('promptTokens'),
      completion: sum('completionTokens'),
      answersWithoutUsage: 0,
    })
    const groups = card?.groups.endpoint ?? []
    expect(groups.map(({ value }) => value).sort()).toEqual(['backend-1', 'backend-2'])
    for (const [index, backend] of served.entries()) {
      const group = groups.find(({ value }) => value === `backend-${index + 1}`)
      expect(group).toMatchObject({ ok: backend?.finished, completionTokens: backend?.completionTokens })
    }
    const { ttfb, ttft, e2e, tpot, itl } = card?.latency ?? {}
    expect([ttfb?.count, ttft?.count, e2e?.count, tpot?.count]).toEqual([2000, 2000, 2000, 2000])
    expect(itl?.count).toBe(sum('completionTokens') - 2000)
    expect(ttfb?.p50Ms).toBeLessThanOrEqual(ttft?.p50Ms ?? 0)
    expect(ttft?.p50Ms).toBeLessThanOrEqual(e2e?.p50Ms ?? 0)
    const delivered = card?.series.columns.tokensPerS.reduce<number>((all, rate) => all + (rate ?? 0), 0)
    expect(delivered).toBeGreaterThan(0)
    expect(run.log).toHaveLength(1000)
    expect(run.log.at(-1)).toMatchObject({
      cardId: 'a',
      outcome: 'ok',
      status: 200,
      attempts: '1',
      cache: 'MISS',
    })
    expect(run.log.at(-1)?.requestId).toMatch(/^[0-9a-f-]{36}$/)
    // Keys go to the target alone.
    expect(JSON.stringify([run, reportsOf('snapshot'), reportsOf('collected')])).not.toContain(KEY)
    expect(engine.figures()).toEqual({ calls: 2000, running: 0, waiting: 0, errors: {} })
  })

  it('has no request in flight, also upstream, once it is stopped', async () => {
    const { app, send, card, ended, collect, scenario } = await startEngine({
      backends: [{ ttftMs: 600_000 }],
    })
    send({ type: 'start', cardId: 'a', scenario: scenario({ requests: 0, maxParallel: 100 }) })
    await card('a', ({ counts }) => counts.inFlight === 100)
    await eventually(() => expect(app.backend.served().running).toBe(100))
    send({ type: 'stop', cardId: 'a' })
    expect(await ended('a')).toMatchObject({ state: 'stopped' })
    await eventually(() => expect(app.backend.served().running).toBe(0))
    const run = await collect()
    expect(run.cards[0]).toMatchObject({
      state: 'stopped',
      counts: { inFlight: 0, waiting: 0, cancelled: 100, failed: 0, ok: 0 },
      latency: { e2e: null },
      goodput: { judged: 0, percent: null },
    })
  })

  it('counts failures by kind, and excludes them from latencies', async () => {
    const { app, send, reportsOf, collect, scenario } = await startEngine({
      environment: { LB_FAILOVER_ATTEMPTS: '0', LB_FAIL_THRESHOLD: '1000' },
    })
    let runs = 0
    const run = async (fault: FaultInput | null, fields: Parameters<typeof scenario>[0] = {}) => {
      await app.backend.setFault(fault)
      send({ type: 'start', cardId: 'a', scenario: scenario({ requests: 3, maxParallel: 1, ...fields }) })
      runs += 1
      await eventually(() => expect(reportsOf('ended')).toHaveLength(runs))
      return (await collect()).cards[0]
    }
    const failed = (kind: string, status: number | null) => ({
      counts: { ok: 0, failed: 3 },
      failures: [{ kind, status, count: 3 }],
      latency: { ttfb: null, ttft: null, itl: null, tpot: null, e2e: null },
      tokens: { prompt: 0, completion: 0 },
      goodput: { good: 0, judged: 3, percent: 0 },
    })
    expect(await run({ kind: 'status', status: 503 })).toMatchObject(failed('http_5xx', 503))
    expect(await run({ kind: 'status', status: 429 })).toMatchObject(failed('http_4xx', 429))
    expect(await run({ kind: 'no-done' })).toMatchObject(failed('stream_error', 200))
    expect(await run({ kind: 'die', afterChunks: 3 })).toMatchObject(failed('stream_error', 200))
    expect(await run({ kind: 'hang' }, { timeoutS: 0.2 })).toMatchObject(failed('timeout', null))
    expect(await run({ kind: 'hang', afterChunks: 3 }, { timeoutS: 0.2 })).toMatchObject(
      failed('timeout', 200),
    )
    expect(await run(null, { model: 'no such model' })).toMatchObject(failed('http_4xx', 404))
    expect(await run(null, { url: 'http://127.0.0.1:1/v1' })).toMatchObject(failed('refused', null))
    expect(await run(null)).toMatchObject({ counts: { ok: 3, failed: 0 }, failures: [] })
    expect(await run(null, { stream: false })).toMatchObject({
      counts: { ok: 3 },
      latency: { ttft: null, tpot: null, e2e: { count: 3 }, ttfb: { count: 3 } },
    })
  })

  it('replays a trace from a file with its prompt and response lengths', async () => {
    const { app, send, last, ended, collect, scenario } = await startEngine({ backends: [{ minTokens: 64 }] })
    const arrival = { kind: 'replay', traceId: 't1', traceName: 'azure', speed: 100 } as const
    send({ type: 'start', cardId: 'a', scenario: scenario({ requests: 0, arrival }) })
    expect((await last('refused')).faults).toEqual([
      { path: 'arrival.traceId', message: 'takes a trace that has been loaded' },
    ])
    const file = new Blob([
      readFileSync(new URL('../fixtures/azure-llm-2023-code-excerpt.csv', import.meta.url)),
    ])
    send({ type: 'load_trace', requestId: 'r', traceId: 't1', file })
    expect(await last('trace_loaded')).toMatchObject({
      traceId: 't1',
      result: { ok: true, facts: { rows: 39 } },
    })
    send({ type: 'start', cardId: 'a', scenario: scenario({ requests: 0, arrival, maxTokens: 1 }) })
    await ended('a')
    const card = (await collect()).cards[0]
    expect(card?.counts).toMatchObject({ arrived: 39, ok: 39, dropped: 0 })
    const requests = app.backend
      .served()
      .last.filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(body.toString()) as { max_tokens: number })
    expect(
      requests
        .map(({ max_tokens }) => max_tokens)
        .sort((a, b) => a - b)
        .slice(0, 3),
    ).toEqual([6, 6, 7])
  })

  it('lists the models of a target, or reports why it cannot', async () => {
    const { app, send, last } = await startEngine()
    send({ type: 'probe', requestId: 'p1', url: `${app.url}/v1`, key: '' })
    expect(await last('probed', ({ requestId }) => requestId === 'p1')).toMatchObject({
      ok: true,
      status: 200,
      models: ['sim-model'],
      error: '',
    })
    send({ type: 'probe', requestId: 'p2', url: 'http://127.0.0.1:1/v1', key: '' })
    expect(await last('probed', ({ requestId }) => requestId === 'p2')).toMatchObject({
      ok: false,
      status: null,
    })
  })

  it('refuses an invalid scenario with one fault per field', async () => {
    const { send, last, scenario } = await startEngine()
    send({ type: 'start', cardId: 'a', scenario: scenario({ url: 'ftp://x', maxParallel: 0 }) })
    const { faults } = await last('refused')
    expect(faults).toEqual([
      { path: 'url', message: 'takes an http or https URL without credentials, query or fragment' },
      { path: 'maxParallel', message: 'takes a whole number from 1 to 5000' },
    ])
  })
})
