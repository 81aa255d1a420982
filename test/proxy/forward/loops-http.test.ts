import { describe, expect, it } from 'vitest'
import type { EndpointTestView } from '../../../src/contract/endpoint-test.ts'
import { chatOf, startApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'

describe('an endpoint that leads back to the balancer', () => {
  it('gets one request, which is refused on its return, and another endpoint takes over', async () => {
    const app = await startApp()
    await app.admin.patchEndpoint(app.endpoint.id, { enabled: false })
    const loop = await app.admin.endpoint('loop', `${app.url}/v1`)
    const refused = await app.post(CHAT, chatOf())
    expect(refused.status).toBe(508)
    expect(refused.json()).toMatchObject({ code: 'LB_ERR_LOOP', error: { type: 'server_error' } })
    const total = async () =>
      (await app.admin.state()).endpoints.find(({ id }) => id === loop.id)?.total_requests
    expect(await total()).toBe(1)

    await app.admin.patchEndpoint(app.endpoint.id, { enabled: true, priority_order: 2 })
    await app.admin.patchEndpoint(loop.id, { priority_order: 1 })
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    const served = await app.post(CHAT, chatOf())
    expect([served.status, served.headers['x-lb-endpoint'], served.headers['x-lb-attempts']]).toEqual([
      200,
      'backend-1',
      '2',
    ])
    expect(await total()).toBe(2)
  })

  it('over another balancer does so too', async () => {
    const [near, far] = [await startApp(), await startApp()]
    for (const [app, other] of [
      [near, far],
      [far, near],
    ] as const)
      await app.admin.patchEndpoint(app.endpoint.id, { base_url: `${other.url}/v1` })
    expect((await near.post(CHAT, chatOf())).status).toBe(508)
    for (const app of [near, far])
      expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_requests: 1 })
  })

  it('is found by its test', async () => {
    const app = await startApp()
    const loop = await app.admin.endpoint('loop', `${app.url}/v1`)
    expect(await app.admin.call<EndpointTestView>('POST', `/endpoints/${loop.id}/test`)).toMatchObject({
      ok: false,
      status: 508,
      error: 'the endpoint leads back to this balancer',
    })
  })
})
