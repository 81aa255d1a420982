import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { eventData, open, responseOf } from '../../support/clients/http-client.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'
const HOLDS = { fault: { kind: 'hang' } } as const

async function startTwo(first: object, environment: Record<string, string> = {}) {
  const app = await startApp({
    backends: [first, {}],
    endpoints: [{ priority_order: 1 }, { priority_order: 2 }],
    environment: { LB_FAILOVER_ATTEMPTS: '0', LB_FAIL_THRESHOLD: '1', ...environment },
  })
  await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
  return app
}

const isBusy = (app: RunningApp) => eventually(() => expect(app.backend.served().total.requests).toBe(1))

const actions = async ({ admin }: RunningApp) =>
  (await admin.call<{ action: string }[]>('GET', '/audit?limit=2')).map(({ action }) => action)

/** Expects that each lease is settled and that nothing was counted as a failure. */
async function expectNoBlame(app: RunningApp): Promise<void> {
  await app.settled()
  const { endpoints, stats } = await app.admin.state()
  for (const endpoint of endpoints)
    expect(endpoint).toMatchObject({ inflight: 0, total_failures: 0, breaker_state: 'closed' })
  expect(stats).toMatchObject({ total_inflight: 0, total_errors: 0 })
}

describe('the requests in flight of an endpoint', () => {
  it('go on at another endpoint when it is disabled and they are to end, without a counted failure', async () => {
    const app = await startTwo(HOLDS)
    const answers = [app.post(CHAT, chatOf()), app.post(CHAT, chatOf({ stream: true }))]
    await eventually(() => expect(app.backend.served().total.requests).toBe(2))
    await app.admin.call('PATCH', `/endpoints/${app.endpoint.id}?in_flight=end`, { enabled: false })
    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(200)
      expect(answer.headers['x-lb-endpoint']).toBe('backend-2')
    }
    await eventually(() => expect(app.backend.served().total.aborted).toBe(2))
    await expectNoBlame(app)
    expect(await actions(app)).toEqual(['endpoint.end_requests', 'endpoint.update'])
  })

  it('end with an error event when it is deleted in the middle of their streams', async () => {
    const app = await startTwo({ fault: { kind: 'hang', afterChunks: 3 } })
    const client = open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf({ stream: true })) })
    const response = await responseOf(client)
    let text = ''
    response.on('data', (part: Buffer) => (text += part.toString()))
    await eventually(() => expect(eventData(text)).toHaveLength(3))
    const ended = once(response, 'end')
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}?in_flight=end`)
    await ended
    const last = eventData(text).at(-1)
    expect(last).toMatchObject({
      error: { code: 'LB_ERR_NO_ENDPOINT', message: "an operator has ended this endpoint's requests" },
    })
    expect(text).not.toContain('[DONE]')
    await expectNoBlame(app)
    expect(await actions(app)).toEqual(['endpoint.end_requests', 'endpoint.delete'])
  })

  it('get a 503 where no other endpoint can take them', async () => {
    const app = await startApp({ backends: [HOLDS] })
    const answer = app.post(CHAT, chatOf())
    await isBusy(app)
    await app.admin.call('PATCH', `/endpoints/${app.endpoint.id}?in_flight=end`, { enabled: false })
    expect((await answer).status).toBe(503)
    expect((await answer).json()).toMatchObject({ code: 'LB_ERR_NO_ENDPOINT' })
  })

  it('finish unless they are to end', async () => {
    const app = await startTwo({ ttftMs: 50 })
    const answer = app.post(CHAT, chatOf({ stream: true }))
    await isBusy(app)
    await app.admin.call('PATCH', `/endpoints/${app.endpoint.id}`, { enabled: false })
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
    expect((await answer).headers['x-lb-endpoint']).toBe('backend-1')
    expect((await answer).text).toContain('[DONE]')
    expect(await actions(app)).toEqual(['endpoint.delete', 'endpoint.update'])
  })

  it('end only with a change that takes the endpoint out of use', async () => {
    const app = await startApp()
    const url = `/admin/api/endpoints/${app.endpoint.id}?in_flight=`
    for (const [value, body] of [
      ['end', { enabled: true }],
      ['end', { name: 'x' }],
      ['now', { enabled: false }],
    ] as const) {
      const headers = { 'x-admin-token': 'admin-token-of-the-tests' }
      const answer = await app.send(url + value, { method: 'PATCH', headers, body: JSON.stringify(body) })
      expect(answer.json()).toMatchObject({ status: 422, errors: [{ pointer: '/in_flight' }] })
    }
  })
})
