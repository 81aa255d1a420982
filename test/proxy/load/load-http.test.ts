// The load that backends tell, in the whole balancer.
import type { IncomingHttpHeaders } from 'node:http'
import { expect, it } from 'vitest'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { parseExposition } from '../../observability/exposition.ts'
import { chatOf, eventually, startApp } from '../../support/apps/running-app.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'
import { vllmPage } from './start-load-signals.ts'

const TOLD = 'TEXT named_metrics.kv_cache_usage_perc=0.75, named_metrics.num_requests_waiting=9'

/** A server of vLLM's kind that also tells its load in each response, and the headers of the completions that it was sent. */
async function startTellingUpstream() {
  const heads: IncomingHttpHeaders[] = []
  const told = { metrics: vllmPage(3, 2, 'vllm:kv_cache_usage_perc 0.125\n') as string | undefined }
  const { baseUrl } = await startUpstream((request, response) => {
    if (request.url === '/metrics') {
      response.writeHead(told.metrics === undefined ? 503 : 200).end(told.metrics)
      return
    }
    if (request.method === 'POST') heads.push(request.headers)
    response.writeHead(200, { 'content-type': 'application/json', 'endpoint-load-metrics': TOLD })
    response.end('{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}')
  })
  return { baseUrl, heads, told }
}

/** @param interval - in seconds. */
async function startTellingApp(interval: string, fields: object = {}) {
  const upstream = await startTellingUpstream()
  const environment = { LB_LOAD_INTERVAL_SECONDS: interval }
  const app = await startApp({ environment, endpoints: { enabled: false, load_source: 'none' } })
  const { id } = await app.admin.endpoint('telling', upstream.baseUrl, fields)
  const load = async () => (await app.admin.state()).endpoints.find((one) => one.id === id)?.load
  const samples = async (name: string) =>
    parseExposition((await app.send('/metrics')).text)
      .get(name)
      ?.samples.map(({ labels, value }) => [labels['endpoint'], value])
  return { ...upstream, app, id, load, samples }
}

it('the load that a backend tells is in the state, the live figures and the metrics, until it is outdated', async () => {
  const { app, id, load, samples, told } = await startTellingApp('0.5')
  const expected = { running: 3, waiting: 2, cache_use: 0.125, hit_rate: null }
  await eventually(async () => expect(await load()).toEqual(expected))
  const live = await app.admin.call<LiveView>('GET', '/live')
  expect(live.endpoints.map((one) => [one.id, one.load])).toEqual([
    [app.endpoint.id, null],
    [id, expected],
  ])
  await eventually(async () => {
    expect(await samples('lb_endpoint_backend_running')).toEqual([['telling', 3]])
    expect(await samples('lb_endpoint_backend_waiting')).toEqual([['telling', 2]])
    expect(await samples('lb_endpoint_backend_cache_usage_ratio')).toEqual([['telling', 0.125]])
    expect(await samples('lb_endpoint_backend_prefix_hit_ratio')).toEqual([])
  })
  told.metrics = undefined
  await eventually(async () => expect(await load()).toBeNull())
})

it('vLLM tells its load in the headers of responses that are not streamed, which clients do not get', async () => {
  const { app, heads, load } = await startTellingApp('60', { load_source: 'vllm' })
  await app.post('/v1/chat/completions', chatOf({ stream: true }))
  const response = await app.post('/v1/chat/completions', chatOf())
  expect(response.status).toBe(200)
  expect(await load()).toMatchObject({ waiting: 9, cache_use: 0.75 })
  expect(JSON.stringify(response.headers)).not.toContain('load-metrics')
  expect(heads.map((head) => head['endpoint-load-metrics-format'])).toEqual([undefined, 'TEXT'])
})

it('backends of another kind are not asked for their load in headers, and clients cannot ask them', async () => {
  const { app, heads } = await startTellingApp('60', { load_source: 'llamacpp' })
  await app.post('/v1/chat/completions', chatOf(), { 'endpoint-load-metrics-format': 'TEXT' })
  expect(heads.map((head) => head['endpoint-load-metrics-format'])).toEqual([undefined])
})
