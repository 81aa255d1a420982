import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { eventually, startApp } from '../../support/apps/running-app.ts'
import { open, responseOf } from '../../support/clients/http-client.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

/** An upstream that lists one model and counts its requests; hangs instead if told so. */
async function startLister(model: string) {
  const seen = { requests: 0, atOnce: 0, most: 0, hangs: false }
  const { baseUrl } = await startUpstream((_request, response) => {
    seen.requests += 1
    seen.atOnce += 1
    seen.most = Math.max(seen.most, seen.atOnce)
    response.once('close', () => (seen.atOnce -= 1))
    if (seen.hangs) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ object: 'list', data: [{ id: model, object: 'model' }] }))
  })
  return Object.assign(seen, { baseUrl })
}

describe('the model list', () => {
  it('costs each endpoint one request, however many clients ask, and does not wait for one that hangs', async () => {
    const app = await startApp()
    const listers = await Promise.all(Array.from({ length: 8 }, (_, at) => startLister(`m-${at}`)))
    for (const [at, { baseUrl }] of listers.entries())
      await app.admin.endpoint(`lister-${at}`, baseUrl, { max_concurrent: 1 })
    const [hung] = listers
    if (!hung) throw new Error('no upstream')
    hung.hangs = true
    const lists = await Promise.all(Array.from({ length: 50 }, () => app.send('/v1/models')))
    const expected = [...Array.from({ length: 7 }, (_, at) => `m-${at + 1}`), 'sim-model']
    for (const list of lists)
      expect((list.json() as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(expected)
    for (const lister of listers) expect(lister).toMatchObject({ requests: 1, most: 1 })
    expect(hung.atOnce).toBe(1)
    const { stats, endpoints } = await app.admin.state()
    expect(stats).toMatchObject({ total_requests_served: 0, total_errors: 0, requests_per_second: 0 })
    for (const endpoint of endpoints) expect(endpoint).toMatchObject({ total_requests: 0, total_failures: 0 })
  })

  it('of an endpoint without a free slot is what is known of it, and it is not asked', async () => {
    const app = await startApp({
      backends: [{ minTokens: 1000, maxTokens: 1000, tokensPerSecond: 10 }],
      endpoints: { max_concurrent: 1 },
    })
    const stream = open(`${app.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'x' }] }),
    })
    await once(await responseOf(stream), 'data')
    const refused = await app.send('/v1/models')
    expect(refused.status).toBe(503)
    expect(refused.headers['retry-after']).toBe('1')
    expect(app.arrived()).toBe(1)
    stream.destroy()
    await eventually(async () => expect((await app.send('/v1/models')).status).toBe(200))
    expect((await app.send('/v1/models')).json()).toMatchObject({ data: [{ id: 'sim-model' }] })
  })
})
