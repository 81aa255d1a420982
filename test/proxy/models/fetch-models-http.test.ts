// The requests by which the balancer learns an endpoint's models.
import { describe, expect, it } from 'vitest'
import { createUpstreamPools } from '../../../src/proxy/upstream/upstream-pools.ts'
import { fetchModels } from '../../../src/proxy/models/fetch-models.ts'
import { endpointConfig } from '../../support/gateway/gateway-fixture.ts'
import { onEnd } from '../../support/lifetime.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

type Responses = Readonly<Record<string, readonly [status: number, body: unknown]>>

const setTimer = (callback: () => void, ms: number) => {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}

/** What is fetched of an upstream that responds so by path, else with 404, and the paths that were asked. */
async function fetchFrom(responses: Responses, path = '/v1') {
  const asked: (string | undefined)[] = []
  const { baseUrl } = await startUpstream((request, response) => {
    asked.push(request.url)
    const [status, body] = responses[request.url ?? ''] ?? [404, { detail: 'Not Found' }]
    response.statusCode = status
    response.setHeader('content-type', 'application/json')
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  const pools = createUpstreamPools('test')
  onEnd(() => pools.destroy())
  const config = endpointConfig(1, { baseUrl: baseUrl.replace(/\/v1$/, path), timeoutS: 30 })
  return { list: await fetchModels(pools, config, setTimer), asked }
}

const info = { model_id: 'BAAI/bge-m3', max_input_length: 8192, version: '1.8.0' }
const card = { id: 'BAAI/bge-m3', object: 'model', created: 0, owned_by: 'unknown', max_model_len: 8192 }

describe('the models of an endpoint', () => {
  it('are those of its list, without those that have no usable id', async () => {
    const long = 'm'.repeat(257)
    const data = [{ id: 'a', owned_by: 'vllm' }, { id: '' }, { id: long }, { id: 'm'.repeat(256) }]
    const { list, asked } = await fetchFrom({ '/v1/models': [200, { data }], '/info': [200, info] })
    expect(list).toEqual([{ id: 'a', owned_by: 'vllm' }, { id: 'm'.repeat(256) }])
    expect(asked).toEqual(['/v1/models'])
  })

  it('are the one that /info beside /v1 names, where there is no list', async () => {
    for (const models of [
      [404, 'none'],
      [200, 'none'],
      [200, { models: [] }],
    ] as const) {
      const { list, asked } = await fetchFrom({ '/v1/models': models, '/info': [200, info] })
      expect(list).toEqual([card])
      expect(asked).toEqual(['/v1/models', '/info'])
    }
    const bare = await fetchFrom({ '/info': [200, { model_id: 'm', max_input_length: 'x' }] }, '')
    expect(bare.list).toEqual([{ id: 'm', object: 'model', created: 0, owned_by: 'unknown' }])
    expect(bare.asked).toEqual(['/models', '/info'])
    const below = await fetchFrom({ '/team/info': [200, info] }, '/team/v1')
    expect(below.list).toEqual([card])
  })

  it('are not known where /info names none, or where the list may come another time', async () => {
    for (const body of ['none', {}, { model_id: '' }, { model_id: 'm'.repeat(257) }, { model_id: 1 }])
      expect((await fetchFrom({ '/info': [200, body] })).list).toBeUndefined()
    expect((await fetchFrom({ '/info': [500, info] })).list).toBeUndefined()
    for (const status of [401, 403, 500, 503]) {
      const { list, asked } = await fetchFrom({ '/v1/models': [status, {}], '/info': [200, info] })
      expect(list).toBeUndefined()
      expect(asked).toEqual(['/v1/models'])
    }
  })

  it('are not known where the list is longer than 4 MiB', async () => {
    const data = [{ id: 'a', about: 'x'.repeat(4 * 1024 * 1024) }]
    const { list, asked } = await fetchFrom({ '/v1/models': [200, { data }], '/info': [200, info] })
    expect(list).toBeUndefined()
    expect(asked).toEqual(['/v1/models'])
  })
})
