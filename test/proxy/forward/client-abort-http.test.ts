import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { connectRaw, eventData, open, rawPost, responseOf } from '../../support/clients/http-client.ts'
import {
  chatOf,
  eventually,
  startApp,
  type RunningApp,
  startListingApp,
} from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'

const ask = (app: RunningApp, fields: object = {}) =>
  open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf(fields)) })

/** Expects that neither a success nor a failure was counted, and that no request is in progress. */
async function expectAborted(app: RunningApp, requests = 1): Promise<void> {
  await eventually(() => expect(app.backend.served()).toMatchObject({ running: 0 }))
  await app.settled()
  const { endpoints, stats } = await app.admin.state()
  expect(endpoints[0]).toMatchObject({
    total_requests: requests,
    total_success: 0,
    total_failures: 0,
    consecutive_failures: 0,
    inflight: 0,
  })
  expect(stats).toMatchObject({ total_inflight: 0, total_errors: 0 })
  const lines = await app.requestLines()
  expect(lines).toHaveLength(requests)
  for (const line of lines)
    expect(line).toMatchObject({ status: 499, outcome: 'aborted', endpoint: 'backend-1' })
}

describe('a client that closes its connection', () => {
  it.each([false, true])('before the first byte aborts the upstream request (stream: %s)', async (stream) => {
    const app = await startApp({ backends: [{ fault: { kind: 'hang' } }] })
    const client = ask(app, { stream })
    await eventually(() => expect(app.backend.served().faults.hang).toBe(1))
    client.destroy()
    await eventually(() => expect(app.backend.served().total.aborted).toBe(1))
    await expectAborted(app)
  })

  it('while an unstreamed response is computed aborts the upstream request', async () => {
    const app = await startApp({ backends: [{ minTokens: 60, maxTokens: 60, tokensPerSecond: 1 }] })
    const client = ask(app)
    await eventually(() => expect(app.backend.served().running).toBe(1))
    client.destroy()
    await eventually(() => expect(app.backend.served().total.aborted).toBe(1))
    await expectAborted(app)
  })

  it('in the middle of a stream aborts the upstream request', async () => {
    const app = await startApp({ backends: [{ minTokens: 600, maxTokens: 600, tokensPerSecond: 20 }] })
    const response = await responseOf(ask(app, { stream: true }))
    await once(response, 'data')
    response.destroy()
    await eventually(() => expect(app.backend.served().total.aborted).toBe(1))
    await expectAborted(app)
  })

  it('in the middle of a stream is charged what it was sent, and marked as estimated', async () => {
    const app = await startApp({ backends: [{ fault: { kind: 'hang', afterChunks: 1 + 3 } }] })
    const body = chatOf({ stream: true })
    const response = await responseOf(ask(app, { stream: true }))
    let text = ''
    response.on('data', (part: Buffer) => (text += part.toString()))
    await eventually(() => expect(eventData(text)).toHaveLength(4))
    response.destroy()
    await app.settled()
    const promptTokens = Math.round(JSON.stringify(body).length / 4)
    const { endpoints } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({
      total_failures: 0,
      completion_tokens_total: 3,
      prompt_tokens_total: promptTokens,
    })
    expect(await app.requestLines()).toMatchObject([
      {
        outcome: 'aborted',
        completion_tokens: 3,
        prompt_tokens: promptTokens,
        usage_estimated: true,
      },
    ])
    const metrics = (await app.send('/metrics')).text
    const estimated = (type: string) =>
      `lb_endpoint_estimated_tokens_total{endpoint="backend-1",type="${type}"}`
    expect(metrics).toContain(`${estimated('completion')} 3\n`)
    expect(metrics).toContain(`${estimated('prompt')} ${promptTokens}\n`)
  })

  it('while the backend sends nothing aborts the upstream request', async () => {
    const app = await startApp({ backends: [{ fault: { kind: 'hang', afterChunks: 2 } }] })
    const response = await responseOf(ask(app, { stream: true }))
    await once(response, 'data')
    response.destroy()
    await eventually(() => expect(app.backend.served().total.aborted).toBe(1))
    await expectAborted(app)
  })

  it('while it waits in the queue of the backend aborts the upstream request', async () => {
    const app = await startApp({
      backends: [{ capacity: 1, minTokens: 60, maxTokens: 60, tokensPerSecond: 1 }],
    })
    const clients = [ask(app), ask(app), ask(app)]
    await eventually(() => expect(app.backend.served()).toMatchObject({ running: 1, waiting: 2 }))
    for (const client of clients) client.destroy()
    await eventually(() => expect(app.backend.served().total.aborted).toBe(3))
    await expectAborted(app, 3)
  })

  it('with several pipelined requests outstanding aborts the first, and none of the others begins', async () => {
    const app = await startApp({ backends: [{ minTokens: 5000, maxTokens: 5000, tokensPerSecond: 1000 }] })
    const connection = await connectRaw(app.port)
    const request = rawPost(CHAT, [], JSON.stringify(chatOf({ stream: true })))
    connection.write(request + request + request)
    await eventually(() => expect(connection.text()).toContain('data: '))
    connection.socket.destroy()
    await eventually(() => expect(app.backend.served().total.aborted).toBe(1))
    await expectAborted(app, 1)
    expect(app.arrived()).toBe(1)
  })

  it('before its model list has arrived causes no error', async () => {
    const app = await startListingApp({
      backends: [{ fault: { kind: 'hang' } }, { fault: { kind: 'hang' } }],
    })
    await eventually(() => expect(app.backends.map(({ served }) => served().faults.hang)).toEqual([1, 1]))
    const connection = await connectRaw(app.port)
    connection.socket.end('GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n')
    connection.socket.destroySoon()
    await eventually(async () =>
      expect(await app.requestLines()).toMatchObject([{ status: 499, outcome: 'aborted' }]),
    )
    expect((await app.admin.state()).stats.total_errors).toBe(0)
  })

  it('ends the connection to the backend, and later requests use another one', async () => {
    const app = await startApp({
      backends: [{ fault: { kind: 'hang', count: 20 } }],
      endpoints: { max_concurrent: 1 },
    })
    for (let round = 1; round <= 20; round += 1) {
      const client = ask(app, { stream: round % 2 === 0 })
      await eventually(() => expect(app.backend.served().faults.hang).toBe(round))
      client.destroy()
      await app.settled()
    }
    expect((await app.post(CHAT, chatOf())).status).toBe(200)
  })
})
