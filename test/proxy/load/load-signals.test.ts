import { LOAD_HEADER } from '../../../src/proxy/load/read-load-header.ts'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../simulation/start-backend.ts'
import { INTERVAL_MS, startLoadSignals, vllmPage } from './start-load-signals.ts'

const NOTHING_MS = 60_000
const UNREACHABLE_MS = 10_000

describe('the load of an endpoint', () => {
  it('is what its metrics beside /v1 say, which are asked for with its own key', async () => {
    const { asked, report } = await startLoadSignals({ '/metrics': vllmPage(3, 2) }, { apiKey: 'sk-secret' })
    expect(await report(0)).toEqual({
      running: 3,
      waiting: 2,
      cacheUse: undefined,
      cacheTokens: undefined,
      hitRate: undefined,
      atMs: 0,
    })
    expect(asked[0]).toMatchObject({
      method: 'GET',
      url: '/metrics',
      headers: {
        accept: 'text/plain',
        authorization: 'Bearer sk-secret',
        'user-agent': 'llm-load-balancer load',
      },
    })
  })

  it('is asked for once an interval', async () => {
    const { asked, pages, report, timer } = await startLoadSignals({ '/metrics': vllmPage(1, 0) })
    await report(0)
    pages['/metrics'] = vllmPage(2, 0)
    timer.advance(INTERVAL_MS - 1)
    expect(asked).toHaveLength(1)
    expect(await report(1)).toMatchObject({ running: 2, atMs: INTERVAL_MS })
    expect(asked).toHaveLength(2)
  })

  it('is asked for by one request at a time, which an interval bounds', async () => {
    const { asked, pages, plan, report, sockets, timer } = await startLoadSignals({
      '/metrics': vllmPage(1, 0),
    })
    await report(0)
    pages['/metrics'] = null
    timer.advance(INTERVAL_MS)
    await eventually(() => expect(asked).toHaveLength(2))
    const cut = Promise.all(
      [...sockets].filter((socket) => !socket.destroyed).map((socket) => once(socket, 'close')),
    )
    timer.advance(INTERVAL_MS - 1)
    expect(asked).toHaveLength(2)
    await plan(0, 1)
    await cut
    pages['/metrics'] = vllmPage(5, 0)
    expect(await report(0)).toMatchObject({ running: 5 })
    expect(asked).toHaveLength(3)
  })

  it('is asked for at most 200 times a second, over all endpoints', async () => {
    const { asked, config, configure, report, timer } = await startLoadSignals({ '/metrics': vllmPage(1, 0) })
    await report(0)
    configure(...Array.from({ length: 400 }, (_, index) => ({ ...config, id: index + 1 })))
    timer.advance(0)
    // Of each endpoint the end of its report, and when it is asked next.
    await eventually(() => expect(timer.pending()).toBe(800))
    expect(asked).toHaveLength(400)
    timer.advance(2 * INTERVAL_MS - 1)
    // The first one was to be asked again when it was the only one.
    expect(asked.length).toBeLessThanOrEqual(401)
    timer.advance(1)
    await eventually(() => expect(asked).toHaveLength(800))
  })

  it('is outdated after three intervals without a report', async () => {
    const { endpoint, pages, plan, report, timer } = await startLoadSignals({ '/metrics': vllmPage(4, 1) })
    await report(0)
    pages['/metrics'] = 503
    await plan(INTERVAL_MS)
    await plan(INTERVAL_MS)
    timer.advance(INTERVAL_MS - 1)
    expect(endpoint.load).toMatchObject({ running: 4, waiting: 1 })
    pages['/metrics'] = vllmPage(0, 0)
    timer.advance(1)
    expect(endpoint.load).toBeNull()
    await eventually(() => expect(endpoint.load).toMatchObject({ running: 0 }))
  })

  it('has the part of prompt tokens that were found in the prefix cache since the report before', async () => {
    const counters = (queried: number, found: number): string =>
      vllmPage(0, 0, `vllm:prefix_cache_queries_total ${queried}\nvllm:prefix_cache_hits_total ${found}\n`)
    const { pages, report } = await startLoadSignals({ '/metrics': counters(9_000, 9_000) })
    expect(await report(0)).toMatchObject({ hitRate: undefined })
    pages['/metrics'] = counters(9_400, 9_100)
    expect(await report()).toMatchObject({ hitRate: 0.25 })
    // The server was started anew.
    pages['/metrics'] = counters(100, 100)
    expect(await report()).toMatchObject({ hitRate: 0.25 })
  })

  it('is read below the path of a base URL that has one', async () => {
    const { configure, config, baseUrl, report } = await startLoadSignals({
      '/team/metrics': vllmPage(6, 0),
    })
    configure({ ...config, baseUrl: baseUrl.replace('/v1', '/team/v1') })
    expect(await report(0)).toMatchObject({ running: 6 })
  })

  it.each([
    ['more than a megabyte', vllmPage(1, 1, '# '.repeat(600_000))],
    ['a last line that is cut', 'vllm:num_requests_waiting 12'],
  ])('is not known where the metrics are %s', async (_what, page) => {
    const { endpoint, timer, asked } = await startLoadSignals({ '/metrics': page })
    timer.advance(0)
    await eventually(() => expect(asked).toHaveLength(1))
    await eventually(() => expect(timer.pending()).toBe(1))
    expect(endpoint.load).toBeNull()
  })
})

describe('an endpoint whose kind is found out', () => {
  it('is asked again after a minute only where it tells nothing', async () => {
    const { asked, endpoint, pages, plan, report, timer, urls } = await startLoadSignals({})
    await plan(NOTHING_MS, 0)
    expect(urls()).toEqual(['/metrics', '/v1/loads?include=core'])
    expect(endpoint.load).toBeNull()
    timer.advance(NOTHING_MS - 1)
    expect(asked).toHaveLength(2)
    pages['/metrics'] = 'process_cpu_seconds_total 1\n'
    await plan(NOTHING_MS, 1)
    expect(urls().slice(2)).toEqual(['/metrics'])
    pages['/metrics'] = vllmPage(1, 0)
    await report(NOTHING_MS)
    await report()
  })

  it('is asked again after ten seconds where it cannot be reached', async () => {
    const { plan, urls } = await startLoadSignals({ '/metrics': 503 })
    await plan(UNREACHABLE_MS, 0)
    expect(urls()).toEqual(['/metrics'])
  })

  it('is asked for the loads of SGLang alone once it has told them', async () => {
    const loads = '/v1/loads?include=core'
    const told = (running: number) =>
      JSON.stringify({ loads: [{ num_running_reqs: running, num_waiting_reqs: 1 }] })
    const { pages, report, urls, signals, endpoint } = await startLoadSignals({ [loads]: told(2) })
    expect(await report(0)).toMatchObject({ running: 2, waiting: 1 })
    pages[loads] = told(3)
    expect(await report()).toMatchObject({ running: 3 })
    expect(urls()).toEqual(['/metrics', loads, loads])
    expect(signals.asksHeader(endpoint)).toBe(false)
  })

  it('is found out anew at once where it tells nothing any more', async () => {
    const { pages, plan, report } = await startLoadSignals({ '/metrics': vllmPage(1, 0) })
    await report(0)
    pages['/metrics'] = 'process_cpu_seconds_total 1\n'
    await plan(INTERVAL_MS)
    pages['/metrics'] = 'llamacpp:requests_processing 1\nllamacpp:requests_deferred 7\n'
    expect(await report()).toMatchObject({ running: 1, waiting: 7 })
  })
})

describe('an endpoint of a stated kind', () => {
  it('is read as that kind alone', async () => {
    const { endpoint, plan, urls } = await startLoadSignals(
      { '/metrics': vllmPage(1, 0) },
      { loadSource: 'llamacpp' },
    )
    await plan(NOTHING_MS, 0)
    expect(endpoint.load).toBeNull()
    expect(urls()).toEqual(['/metrics'])
  })
})

describe('a change of the configuration', () => {
  it.each([
    ['disables an endpoint', { enabled: false }],
    ['says that it tells nothing', { loadSource: 'none' }],
  ] as const)('that %s ends what is known of its load', async (_what, change) => {
    const { config, configure, endpoint, report, timer } = await startLoadSignals({
      '/metrics': vllmPage(1, 0),
    })
    await report(0)
    configure({ ...config, ...change })
    expect(endpoint.load).toBeNull()
    expect(timer.pending()).toBe(0)
  })

  it('that deletes an endpoint ends what is known of its load', async () => {
    const { configure, endpoint, report, timer } = await startLoadSignals({ '/metrics': vllmPage(1, 0) })
    await report(0)
    configure()
    expect(endpoint.load).toBeNull()
    expect(timer.pending()).toBe(0)
  })

  it('of its address lets the endpoint be asked anew, and ignores what the old one still says', async () => {
    const { asked, config, configure, endpoint, pages, report, timer } = await startLoadSignals({
      '/metrics': vllmPage(1, 0),
      '/other/metrics': vllmPage(9, 0),
    })
    await report(0)
    pages['/metrics'] = null
    timer.advance(INTERVAL_MS)
    await eventually(() => expect(asked).toHaveLength(2))
    configure({ ...config, baseUrl: config.baseUrl.replace('/v1', '/other') })
    expect(endpoint.load).toBeNull()
    await report(0)
    timer.advance(INTERVAL_MS)
    await eventually(() => expect(asked).toHaveLength(4))
    expect(endpoint.load).toMatchObject({ running: 9 })
  })

  it('of other fields does not move the next question', async () => {
    const { asked, config, configure, endpoint, report, timer } = await startLoadSignals({
      '/metrics': vllmPage(1, 0),
    })
    await report(0)
    timer.advance(INTERVAL_MS - 1)
    configure({ ...config, name: 'renamed', quotaPercent: 40 })
    expect(endpoint.load).not.toBeNull()
    expect(asked).toHaveLength(1)
    await report(1)
  })
})

it('nothing is asked for where the interval is 0', async () => {
  const { timer, signals, endpoint } = await startLoadSignals({}, { intervalMs: 0 })
  expect(timer.pending()).toBe(0)
  signals.receiveHeaders(endpoint, { [LOAD_HEADER]: 'TEXT named_metrics.num_requests_waiting=4' })
  expect(endpoint.load).toBeNull()
})

describe('the header of a response', () => {
  it('is asked of vLLM, found out or stated', async () => {
    const { config, configure, endpoint, report, signals } = await startLoadSignals({
      '/metrics': vllmPage(1, 0),
    })
    expect(signals.asksHeader(endpoint)).toBe(false)
    await report(0)
    expect(signals.asksHeader(endpoint)).toBe(true)
    configure({ ...config, loadSource: 'vllm' })
    expect(signals.asksHeader(endpoint)).toBe(true)
    configure({ ...config, loadSource: 'tei' })
    expect(signals.asksHeader(endpoint)).toBe(false)
  })

  it('changes what it tells of the last report, which it does not keep from ending', async () => {
    const { endpoint, pages, report, signals, timer } = await startLoadSignals({
      '/metrics': vllmPage(7, 0, 'vllm:cache_config_info{block_size="16",num_gpu_blocks="10"} 1\n'),
    })
    await report(0)
    pages['/metrics'] = null
    timer.advance(INTERVAL_MS / 2)
    signals.receiveHeaders(endpoint, {
      [LOAD_HEADER]: 'JSON {"named_metrics":{"num_requests_waiting":4,"kv_cache_usage_perc":0.5}}',
    })
    const told = { waiting: 4, cacheUse: 0.5, atMs: INTERVAL_MS / 2 }
    expect(endpoint.load).toMatchObject({ running: 7, cacheTokens: 160, ...told })
    timer.advance(2.5 * INTERVAL_MS)
    expect(endpoint.load).toBeNull()
  })

  it('is a report of its own where there is no other', async () => {
    const { endpoint, signals, timer } = await startLoadSignals({}, { loadSource: 'vllm' })
    endpoint.inflight = 5
    signals.receiveHeaders(endpoint, { [LOAD_HEADER]: 'TEXT named_metrics.kv_cache_usage_perc=0.5' })
    expect(endpoint.load).toBeNull()
    signals.receiveHeaders(endpoint, { [LOAD_HEADER]: 'TEXT named_metrics.num_requests_waiting=2' })
    expect(endpoint.load).toMatchObject({ running: 3, waiting: 2, cacheUse: undefined })
    timer.advance(3 * INTERVAL_MS)
    expect(endpoint.load).toBeNull()
  })
})
