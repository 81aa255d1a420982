import { turnsDuring } from '../support/turns-during.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zeroEndpointCounters } from '../../src/core/state/counters.ts'
import { createHistogram, renderLabels } from '../../src/observability/histogram.ts'
import { createMetrics, type FinishedRequest, type LiveFigures } from '../../src/observability/metrics.ts'
import { lintExposition, parseExposition } from './exposition.ts'

const endpoint = (name: string, totalRequests = 0) => ({
  name,
  inflight: 2,
  isTripped: totalRequests === 20,
  isPartlyTripped: totalRequests === 10,
  giveUps: 4,
  oldestWaitMs: totalRequests === 20 ? 2_500 : null,
  counters: {
    ...zeroEndpointCounters(),
    totalRequests,
    totalFailures: 1,
    avgLatencyMs: 1500,
    promptTokens: 30,
    completionTokens: 40,
  },
  estimated: { promptTokens: 3, completionTokens: 4 },
  load:
    totalRequests === 20
      ? null
      : { running: 6, waiting: 1, cacheUse: 0.5, cacheTokens: undefined, hitRate: undefined, atMs: 0 },
  work:
    totalRequests === 20
      ? { prefilling: 0, waitMs: null, tokensPerSecond: null }
      : { prefilling: 3, waitMs: 250, tokensPerSecond: 8_000 },
})

const request: FinishedRequest = {
  endpoint: 'alpha',
  incomingBlockId: 1,
  status: 200,
  failed: false,
  durationS: 0.5,
  ttftS: 0.05,
  timePerOutputTokenS: 0.02,
}

function createObserved(processMetrics = false) {
  const live: { -readonly [Key in keyof LiveFigures]: LiveFigures[Key] } = {
    stats: {
      total_inflight: 4,
      queued: 3,
      tokens_per_second: 12.5,
      requests_per_second: 0.5,
      uptime_seconds: 60,
    },
    endpoints: [endpoint('alpha', 10), endpoint('beta gamma.x', 20)],
    bodyBytes: 4_096,
    sessionMoves: 7,
    hasBlock: (id) => id < 3,
  }
  const metrics = createMetrics({ readLive: () => live, processMetrics })
  const read = async () => parseExposition(await metrics.render())
  const valuesOf = async (name: string) =>
    Object.fromEntries(
      ((await read()).get(name)?.samples ?? []).map(({ labels, value }) => [
        Object.values(labels).join('|'),
        value,
      ]),
    )
  return { live, metrics, read, valuesOf }
}

const expose = (histogram: ReturnType<typeof createHistogram>): string => [...histogram.expose()].join('')

describe('the metrics', () => {
  it('have the names, types and labels of the contract', async () => {
    const { metrics, read } = createObserved()
    metrics.observeRequest(request)
    const families = await read()
    const shapes = [...families.values()].map(({ name, type, samples }) => [
      name,
      type,
      [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))].filter((label) => label !== 'le'),
    ])
    expect(shapes).toEqual([
      ['lb_requests_total', 'counter', ['status']],
      ['lb_errors_total', 'counter', ['status']],
      ['lb_inflight_requests', 'gauge', []],
      ['lb_queued_requests', 'gauge', []],
      ['lb_tokens_per_second', 'gauge', []],
      ['lb_requests_per_second', 'gauge', []],
      ['lb_uptime_seconds', 'gauge', []],
      ['lb_request_body_bytes', 'gauge', []],
      ['lb_session_moves_total', 'counter', []],
      ['lb_endpoint_requests_total', 'counter', ['endpoint']],
      ['lb_endpoint_failures_total', 'counter', ['endpoint']],
      ['lb_endpoint_inflight_requests', 'gauge', ['endpoint']],
      ['lb_endpoint_breaker_open', 'gauge', ['endpoint']],
      ['lb_endpoint_breaker_partial', 'gauge', ['endpoint']],
      ['lb_endpoint_avg_latency_seconds', 'gauge', ['endpoint']],
      ['lb_endpoint_give_ups_total', 'counter', ['endpoint']],
      ['lb_endpoint_oldest_wait_seconds', 'gauge', ['endpoint']],
      ['lb_endpoint_tokens_total', 'counter', ['endpoint', 'type']],
      ['lb_endpoint_cached_tokens_total', 'counter', ['endpoint']],
      ['lb_endpoint_reasoning_tokens_total', 'counter', ['endpoint']],
      ['lb_endpoint_estimated_tokens_total', 'counter', ['endpoint', 'type']],
      ['lb_endpoint_prefilling_requests', 'gauge', ['endpoint']],
      ['lb_endpoint_expected_wait_seconds', 'gauge', ['endpoint']],
      ['lb_endpoint_prefill_tokens_per_second', 'gauge', ['endpoint']],
      ['lb_endpoint_backend_running', 'gauge', ['endpoint']],
      ['lb_endpoint_backend_waiting', 'gauge', ['endpoint']],
      ['lb_endpoint_backend_cache_usage_ratio', 'gauge', ['endpoint']],
      // Of what no backend tells there is no sample.
      ['lb_endpoint_backend_prefix_hit_ratio', 'gauge', []],
      ['lb_request_duration_seconds', 'histogram', ['endpoint', 'incoming_block', 'status']],
      ['lb_time_to_first_token_seconds', 'histogram', ['endpoint', 'incoming_block', 'status']],
      ['lb_time_per_output_token_seconds', 'histogram', ['endpoint', 'incoming_block', 'status']],
    ])
  })

  it('are what promtool accepts, those of the process included', async () => {
    const { metrics } = createObserved(true)
    metrics.observeRequest(request)
    metrics.observeRequest({ ...request, endpoint: '', incomingBlockId: 0, status: 503, failed: true })
    const text = await metrics.render()
    expect(lintExposition(text)).toEqual([])
    expect(text).toContain('process_cpu_seconds_total')
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  it('count requests and errors by status class', async () => {
    const { metrics, valuesOf } = createObserved()
    metrics.observeRequest(request)
    metrics.observeRequest({ ...request, failed: true })
    metrics.observeRequest({ ...request, status: 404 })
    metrics.observeRequest({ ...request, status: 503, failed: true, endpoint: '' })
    expect(await valuesOf('lb_requests_total')).toEqual({ '2xx': 2, '4xx': 1, '5xx': 1 })
    expect(await valuesOf('lb_errors_total')).toEqual({ '2xx': 1, '4xx': 0, '5xx': 1 })
  })

  it('are read live at each scrape', async () => {
    const { live, valuesOf } = createObserved()
    expect(await valuesOf('lb_inflight_requests')).toEqual({ '': 4 })
    expect(await valuesOf('lb_queued_requests')).toEqual({ '': 3 })
    expect(await valuesOf('lb_endpoint_requests_total')).toEqual({ alpha: 10, 'beta gamma.x': 20 })
    expect(await valuesOf('lb_endpoint_breaker_open')).toEqual({ alpha: 0, 'beta gamma.x': 1 })
    expect(await valuesOf('lb_endpoint_breaker_partial')).toEqual({ alpha: 1, 'beta gamma.x': 0 })
    expect(await valuesOf('lb_endpoint_avg_latency_seconds')).toMatchObject({ alpha: 1.5 })
    expect(await valuesOf('lb_endpoint_tokens_total')).toMatchObject({
      'alpha|prompt': 30,
      'alpha|completion': 40,
    })
    expect(await valuesOf('lb_endpoint_backend_running')).toEqual({ alpha: 6 })
    expect(await valuesOf('lb_endpoint_backend_waiting')).toEqual({ alpha: 1 })
    expect(await valuesOf('lb_endpoint_backend_cache_usage_ratio')).toEqual({ alpha: 0.5 })
    expect(await valuesOf('lb_endpoint_backend_prefix_hit_ratio')).toEqual({})
    expect(await valuesOf('lb_endpoint_prefilling_requests')).toEqual({ alpha: 3, 'beta gamma.x': 0 })
    // Of an endpoint that has shown no speed there is no sample.
    expect(await valuesOf('lb_endpoint_expected_wait_seconds')).toEqual({ alpha: 0.25 })
    expect(await valuesOf('lb_endpoint_prefill_tokens_per_second')).toEqual({ alpha: 8_000 })
    expect(await valuesOf('lb_session_moves_total')).toEqual({ '': 7 })
    live.sessionMoves = 9
    expect(await valuesOf('lb_session_moves_total')).toEqual({ '': 9 })
    live.endpoints = [endpoint('alpha', 3)]
    live.stats = { ...live.stats, total_inflight: 0 }
    expect(await valuesOf('lb_inflight_requests')).toEqual({ '': 0 })
    expect(await valuesOf('lb_endpoint_requests_total')).toEqual({ alpha: 3 })
  })

  it('are the same for concurrent scrapes', async () => {
    const { metrics } = createObserved()
    metrics.observeRequest(request)
    const texts = await Promise.all([metrics.render(), metrics.render(), metrics.render()])
    expect(new Set(texts).size).toBe(1)
    expect(lintExposition(texts[0] ?? '')).toEqual([])
  })

  it('of thousands of endpoints are rendered while other work goes on', async () => {
    const { live, metrics } = createObserved()
    live.endpoints = Array.from({ length: 3000 }, (_, at) => endpoint(`e-${at}`, at))
    for (const { name } of live.endpoints) metrics.observeRequest({ ...request, endpoint: name })
    let text = ''
    const turns = await turnsDuring(async () => (text = await metrics.render()))
    expect(lintExposition(text)).toEqual([])
    expect(parseExposition(text).get('lb_endpoint_tokens_total')?.samples).toHaveLength(6000)
    // One turn for each 64 KiB of text, and no less.
    expect(turns).toBeGreaterThan(text.length / 65_536 / 2)
  })

  it('drop every series of an endpoint that is deleted or renamed, and of a deleted block', async () => {
    const { live, metrics, valuesOf } = createObserved()
    metrics.observeRequest(request)
    metrics.observeRequest({ ...request, incomingBlockId: 2 })
    metrics.observeRequest({ ...request, endpoint: 'beta gamma.x' })
    metrics.observeRequest({ ...request, endpoint: '', incomingBlockId: 0 })
    live.endpoints = [endpoint('beta gamma.x')]
    expect(await metrics.render()).not.toContain('alpha')
    metrics.observeRequest(request)
    expect(await metrics.render()).not.toContain('alpha')
    live.hasBlock = () => false
    const left = Object.keys(await valuesOf('lb_request_duration_seconds'))
    expect(new Set(left.map((key) => key.split('|').slice(0, 2).join('|')))).toEqual(new Set(['|']))
    expect(await valuesOf('lb_requests_total')).toMatchObject({ '2xx': 5 })
  })

  it('have the bucket bounds of the plan', async () => {
    const { metrics, read } = createObserved()
    metrics.observeRequest(request)
    const families = await read()
    const bounds = (name: string) =>
      families.get(name)?.samples.flatMap(({ labels }) => (labels['le'] === undefined ? [] : [labels['le']]))
    expect(bounds('lb_request_duration_seconds')?.join(' ')).toBe(
      '0.01 0.02 0.04 0.08 0.16 0.32 0.64 1.28 2.56 5.12 10.24 20.48 40.96 81.92 163.84 327.68 +Inf',
    )
    expect(bounds('lb_time_to_first_token_seconds')?.join(' ')).toBe(
      '0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 30 60 +Inf',
    )
    expect(bounds('lb_time_per_output_token_seconds')?.join(' ')).toBe(
      '0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1 2.5 +Inf',
    )
  })

  it('have no token histograms for unstreamed responses', async () => {
    const { metrics, read } = createObserved()
    metrics.observeRequest({ ...request, ttftS: undefined, timePerOutputTokenS: undefined })
    const families = await read()
    expect(families.get('lb_time_to_first_token_seconds')?.samples).toEqual([])
    expect(families.get('lb_time_per_output_token_seconds')?.samples).toEqual([])
  })
})

describe('a histogram', () => {
  const bounds = [0.1, 1, 10]
  const create = () => createHistogram({ name: 'h', help: 'Help.', bounds })

  it('counts each observation in every bucket it is at or under', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.constantFrom(...bounds))),
        (values) => {
          const histogram = create()
          for (const value of values) histogram.observe(histogram.series('a="b"'), value)
          if (values.length === 0) return
          const samples = parseExposition(expose(histogram)).get('h')?.samples ?? []
          for (const { labels, value } of samples.filter(({ name }) => name === 'h_bucket')) {
            const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le'])
            expect(value).toBe(values.filter((observed) => observed <= bound).length)
          }
          expect(samples.find(({ name }) => name === 'h_count')?.value).toBe(values.length)
          expect(samples.find(({ name }) => name === 'h_sum')?.value).toBeCloseTo(
            values.reduce((sum, value) => sum + value, 0),
          )
        },
      ),
    )
  })

  it('passes over what no clock should have measured', () => {
    const histogram = create()
    for (const value of [NaN, -1, Infinity, -Infinity]) histogram.observe(histogram.series('a="b"'), value)
    expect(expose(histogram)).toContain('h_count{a="b"} 0')
  })

  it('escapes the values of its labels', () => {
    const histogram = create()
    histogram.observe(histogram.series(renderLabels({ a: 'quote " slash \\ line \n end' })), 1)
    expect(expose(histogram)).toContain('h_sum{a="quote \\" slash \\\\ line \\n end"} 1')
    expect(lintExposition(expose(histogram))).toEqual([])
  })
})

describe('the lint of the exposition', () => {
  it.each([
    ['# HELP a_x Help.\n# TYPE a_x counter\na_x 1\n', 'counter without _total'],
    ['# HELP a_total Help.\n# TYPE a_total gauge\na_total 1\n', '_total on a gauge'],
    ['# HELP a_count Help.\n# TYPE a_count gauge\na_count 1\n', 'reserved suffix'],
    ['# TYPE a_x gauge\na_x 1\n', 'no help text'],
    ['# HELP a_milliseconds Help.\n# TYPE a_milliseconds gauge\na_milliseconds 1\n', 'not in base units'],
    ['# HELP a_x Help.\n# TYPE a_x gauge\na_x{b="1"} 1\na_x{b="1"} 2\n', 'comes twice'],
  ])('of %j finds: %s', (text, problem) => {
    expect(lintExposition(text).join()).toContain(problem)
  })
})
