// Checks the queue while every endpoint is full: requests wait in order, for a limited time, and none is lost.
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import { serveWell, jsonResponse, wholeReply } from '../../conformance/responses.ts'
import { startScriptedUpstream, type Exchange, type Script } from '../../conformance/scripted-upstream.ts'
import { callAdmin, SLOW_MS, startDaemon, waitFor } from '../../support/daemon-process.ts'
import { open, readResponse, responseOf, send } from '../../support/clients/http-client.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { refuseWith, silence, startScriptedApp } from '../../support/apps/scripted-app.ts'
import { effort } from '../../support/effort.ts'

const CHAT = '/v1/chat/completions'
const oneSlot = [{ max_concurrent: 1 }]

const finish = (exchange: Exchange): Promise<boolean> => exchange.write(jsonResponse(wholeReply))

const named = (name: string) => chatOf({ messages: [{ role: 'user', content: `from ${name};` }] })
const nameOf = ({ request }: Exchange): string => /from ([^;]+);/.exec(request.body.toString())?.[1] ?? ''

const queued = (app: RunningApp, count: number): Promise<void> =>
  eventually(async () => expect((await app.admin.state()).stats.queued).toBe(count))

/** Holds its first request until told, and serves the others at once. */
const holdFirst: () => Script = () => {
  let isFirst = true
  return (exchange) => {
    if (!isFirst) return serveWell(exchange)
    isFirst = false
    return undefined
  }
}

/** One slot, which is taken. */
async function startFull(environment: Readonly<Record<string, string>> = {}) {
  const { app, upstream } = await startScriptedApp({
    scripts: [holdFirst()],
    endpoints: oneSlot,
    environment,
  })
  const holder = app.post(CHAT, named('holder'))
  // Not every test lets it end.
  holder.catch(() => undefined)
  const held = await upstream.exchange(0)
  return { app, upstream, holder, release: () => finish(held) }
}

function expectRefusal(response: Awaited<ReturnType<RunningApp['post']>>, code: string): void {
  expect(response.status).toBe(503)
  expect(response.json()).toMatchObject({ status: 503, code, error: { code, type: 'server_error' } })
  expect(Number(response.headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(response.headers).not.toHaveProperty('x-lb-endpoint')
}

describe('more requests than capacity', () => {
  it('are all served in the end, never more at once than there is room for', async () => {
    let open = 0
    let most = 0
    const script: Script = async (exchange) => {
      most = Math.max(most, (open += 1))
      await new Promise(setImmediate)
      open -= 1
      await serveWell(exchange)
    }
    const limits = { max_concurrent: 2 }
    const { app } = await startScriptedApp({ scripts: [script, script], endpoints: [limits, limits] })
    const bodies = Array.from({ length: 100 }, (_, index) => chatOf({ stream: index % 2 === 0 }))
    const responses = await Promise.all(bodies.map((body) => app.post(CHAT, body)))
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200))
    expect(most).toBeLessThanOrEqual(4)
    const { stats, endpoints } = await app.admin.state()
    expect(stats).toMatchObject({ queued: 0, total_inflight: 0, total_requests_served: 100, total_errors: 0 })
    expect(endpoints.reduce((sum, { total_success }) => sum + total_success, 0)).toBe(100)
  })
})

describe('waiting requests', () => {
  it('go in the order of guarantee, priority and arrival', async () => {
    const { app, upstream, release } = await startFull({ LB_ALLOW_ANONYMOUS: 'true' })
    const tokens = {
      late: await app.admin.token('late', { request_priority: 9, guaranteed_share_percent: 50 }),
      early: await app.admin.token('early', { request_priority: 1 }),
      usual: await app.admin.token('usual', { request_priority: 5 }),
    }
    const order = ['usual', 'usual', 'early', 'late'] as const
    const responses: ReturnType<RunningApp['post']>[] = []
    for (const [index, name] of order.entries()) {
      responses.push(
        app.post(CHAT, named(`${name} ${index}`), { authorization: `Bearer ${tokens[name].token}` }),
      )
      await queued(app, index + 1)
    }
    await release()
    for (const response of responses) expect((await response).status).toBe(200)
    expect(upstream.exchanges.map(nameOf)).toEqual(['holder', 'late 3', 'early 2', 'usual 0', 'usual 1'])
    expect((await app.admin.state()).stats).toMatchObject({ queued: 0, total_inflight: 0 })
  })

  it('take turns if all else is equal', async () => {
    const { app, upstream, release } = await startFull({ LB_ALLOW_ANONYMOUS: 'true' })
    const tokens = { greedy: await app.admin.token('greedy'), modest: await app.admin.token('modest') }
    const order = ['greedy', 'greedy', 'greedy', 'modest'] as const
    const responses: ReturnType<RunningApp['post']>[] = []
    for (const [index, name] of order.entries()) {
      responses.push(
        app.post(CHAT, named(`${name} ${index}`), { authorization: `Bearer ${tokens[name].token}` }),
      )
      await queued(app, index + 1)
    }
    await release()
    await Promise.all(responses)
    expect(upstream.exchanges.map(nameOf)).toEqual(['holder', 'greedy 0', 'modest 3', 'greedy 1', 'greedy 2'])
  })

  it('get an error when they have waited too long', async () => {
    const { app, upstream, release, holder } = await startFull({ LB_QUEUE_TIMEOUT_SECONDS: '0.2' })
    const responses = await Promise.all([false, true].map((stream) => app.post(CHAT, chatOf({ stream }))))
    for (const response of responses) expectRefusal(response, 'LB_ERR_QUEUE_TIMEOUT')
    await release()
    expect((await holder).status).toBe(200)
    expect(upstream.exchanges).toHaveLength(1)
    const { stats, endpoints } = await app.admin.state()
    expect(stats).toMatchObject({ queued: 0, total_inflight: 0, total_requests_served: 3, total_errors: 2 })
    expect(endpoints[0]).toMatchObject({ total_requests: 1, total_failures: 0 })
    expect((await app.requestLines()).filter(({ outcome }) => outcome === 'refused')).toHaveLength(2)
  })

  it('are no more than LB_QUEUE_MAX', async () => {
    const { app, release } = await startFull({ LB_QUEUE_MAX: '1' })
    const waiting = app.post(CHAT, chatOf())
    await queued(app, 1)
    expectRefusal(await app.post(CHAT, chatOf()), 'LB_ERR_QUEUE_FULL')
    await release()
    expect((await waiting).status).toBe(200)
  })

  it('are none where LB_QUEUE_MAX is 0', async () => {
    const { app } = await startFull({ LB_QUEUE_MAX: '0' })
    expectRefusal(await app.post(CHAT, chatOf()), 'LB_ERR_ALL_FULL')
  })

  it('give up their place when their client leaves', async () => {
    const { app, upstream, release, holder } = await startFull()
    const client = open(app.url + CHAT, { method: 'POST', body: JSON.stringify(named('gone')) })
    await queued(app, 1)
    const waiting = app.post(CHAT, named('patient'))
    await queued(app, 2)
    client.destroy()
    await queued(app, 1)
    await release()
    expect([(await holder).status, (await waiting).status]).toEqual([200, 200])
    expect(upstream.exchanges.map(nameOf)).toEqual(['holder', 'patient'])
    expect(await app.requestLines()).toContainEqual(
      expect.objectContaining({ status: 499, outcome: 'aborted', attempts: 0 }),
    )
  })

  it('are sent as soon as an endpoint may hold more', async () => {
    const { app, upstream } = await startFull()
    const waiting = app.post(CHAT, named('waiting'))
    await queued(app, 1)
    const [endpoint] = (await app.admin.state()).endpoints
    await app.admin.patchEndpoint(endpoint?.id ?? 0, { max_concurrent: 2 })
    expect((await waiting).status).toBe(200)
    expect(upstream.exchanges.map(nameOf)).toEqual(['holder', 'waiting'])
  })

  it('do not wait for what cannot come', async () => {
    const { app } = await startFull()
    const waiting = app.post(CHAT, chatOf())
    await queued(app, 1)
    const [endpoint] = (await app.admin.state()).endpoints
    await app.admin.patchEndpoint(endpoint?.id ?? 0, { enabled: false })
    expectRefusal(await waiting, 'LB_ERR_NO_ENDPOINT')
  })

  it('include those that one endpoint has failed and all others are full for', async () => {
    const { app, upstreams } = await startScriptedApp({
      scripts: [silence, silence],
      endpoints: [{ max_concurrent: 1 }, { max_concurrent: 1 }],
    })
    const failing = app.post(CHAT, named('failing'))
    const failed = await upstreams[0]?.exchange(0)
    const holder = app.post(CHAT, named('holder'))
    const held = await upstreams[1]?.exchange(0)
    if (!failed || !held) throw new Error('no exchange')
    await refuseWith(500)(failed)
    await queued(app, 1)
    upstreams[1]?.follow(serveWell)
    // The first has room again, but not for a request that it has failed.
    await finish(held)
    expect((await holder).status).toBe(200)
    const response = await failing
    expect(response.status).toBe(200)
    expect(response.headers).toMatchObject({ 'x-lb-endpoint': 'backend-2', 'x-lb-attempts': '2' })
    expect(upstreams[0]?.exchanges).toHaveLength(1)
  })

  it('that an endpoint has failed report it when they have waited too long', async () => {
    const { app, upstreams } = await startScriptedApp({
      scripts: [silence, silence],
      endpoints: [{ max_concurrent: 1 }, { max_concurrent: 1 }],
      environment: { LB_QUEUE_TIMEOUT_SECONDS: '0.2' },
    })
    const failing = app.post(CHAT, named('failing'))
    const failed = await upstreams[0]?.exchange(0)
    void app.post(CHAT, named('holder')).catch(() => undefined)
    await upstreams[1]?.exchange(0)
    if (!failed) throw new Error('no exchange')
    await refuseWith(500)(failed)
    const response = await failing
    expect(response.status).toBe(503)
    expect(response.json()).toMatchObject({ code: 'LB_ERR_QUEUE_TIMEOUT' })
    expect(response.headers).toMatchObject({ 'x-lb-attempts': '1' })
    // The queue may have room again: the client may repeat the request.
    expect(response.headers).not.toHaveProperty('x-should-retry')
    const { endpoints, stats } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({ total_requests: 1, total_failures: 1, inflight: 0 })
    expect(stats).toMatchObject({ queued: 0, total_inflight: 1 })
  })
})

/** Runs twelve clients that send requests until `responses` have arrived; requests still open then are aborted. */
async function measureOthers(app: RunningApp, responses: number): Promise<number[]> {
  const tookMs: number[] = []
  const waiting = new Set<ReturnType<typeof open>>()
  const ask = async (): Promise<void> => {
    while (tookMs.length < responses) {
      const startMs = performance.now()
      const client = open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf()) })
      waiting.add(client)
      const response = await responseOf(client)
        .then(readResponse)
        .catch(() => undefined)
      waiting.delete(client)
      if (response === undefined) return
      expect(response.status).toBe(200)
      if (response.headers['x-lb-endpoint'] !== 'backend-1') tookMs.push(performance.now() - startMs)
      if (tookMs.length >= responses) for (const one of waiting) one.destroy()
    }
  }
  await Promise.all(Array.from({ length: 12 }, ask))
  return tookMs
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN

describe('one hung endpoint of three', () => {
  it('holds only its own slots: all other requests are served while it hangs', async () => {
    const slots = 4
    const app = await startApp({
      backends: [{ fault: { kind: 'hang' } }, {}, {}],
      endpoints: { max_concurrent: slots },
      // Nothing is moved away from it, however late the others respond.
      environment: { LB_QUEUE_TIMEOUT_SECONDS: '600', LB_HEDGE: 'off' },
    })
    const requests = 200
    let served = 0
    const clients = Array.from({ length: requests }, () =>
      open(app.url + CHAT, { method: 'POST', body: JSON.stringify(chatOf()) }),
    )
    for (const client of clients) {
      void responseOf(client)
        .then(readResponse)
        .then(({ status }) => {
          if (status === 200) served += 1
        })
        .catch(() => undefined)
    }
    await eventually(async () => {
      expect(served).toBe(requests - slots)
      const { stats, endpoints } = await app.admin.state()
      expect(stats).toMatchObject({ queued: 0, total_inflight: slots })
      expect(endpoints.map(({ inflight }) => inflight)).toEqual([slots, 0, 0])
    })
    expect(app.backends[0]?.served().total).toMatchObject({ requests: slots, finished: 0 })
  })

  it("leaves the others' p99 as it is without, within noise", async () => {
    // Far above what scheduling adds, so that only waiting for the hung endpoint could double it.
    const serviceMs = 100
    const app = await startApp({
      backends: [{ ttftMs: serviceMs }, { ttftMs: serviceMs }, { ttftMs: serviceMs }],
      endpoints: { max_concurrent: 4 },
      environment: { LB_QUEUE_TIMEOUT_SECONDS: '600' },
    })
    await measureOthers(app, 20)
    const added: number[] = []
    const rounds = effort(5, 3)
    // In turns, since the machine's mood changes: each pair is its own comparison, and half of them may be disturbed.
    for (let round = 0; round < rounds; round += 1) {
      const without = quantile(await measureOthers(app, 60), 0.99)
      await app.backend.setFault({ kind: 'hang' })
      const beside = quantile(await measureOthers(app, 60), 0.99)
      await app.backend.setFault(null)
      await eventually(async () => expect((await app.admin.state()).stats.total_inflight).toBe(0))
      added.push(beside - without)
      console.log(`others' p99: ${without.toFixed(0)} ms, beside a hung endpoint ${beside.toFixed(0)} ms`)
    }
    expect(app.backend.served().faults.hang).toBeGreaterThanOrEqual(rounds)
    expect(quantile(added, 0.5)).toBeLessThan(serviceMs / 2)
  })
})

describe('a queue in a server that drains', { timeout: SLOW_MS }, () => {
  it('is served to its end', async () => {
    const upstream = await startScriptedUpstream({ hidesModelLists: true })
    onTestFinished(() => upstream.close())
    upstream.follow(holdFirst())
    const daemon = await startDaemon()
    await callAdmin(daemon, 'POST', '/endpoints', {
      body: {
        name: 'one',
        base_url: `http://127.0.0.1:${upstream.port}/v1`,
        connected: true,
        max_concurrent: 1,
      },
    })
    const post = (name: string) =>
      send(daemon.url + CHAT, {
        method: 'POST',
        body: JSON.stringify(named(name)),
        headers: { connection: 'keep-alive' },
      })
    const holder = post('holder')
    const held = await upstream.exchange(0)
    const waiting = [post('first'), post('second')]
    await waitFor('two in the queue', async () => {
      const { stats } = await callAdmin<StateView>(daemon, 'GET', '/state')
      return stats.queued === 2 || undefined
    })
    daemon.kill('SIGTERM')
    await daemon.logged('stopping')
    await finish(held)
    for (const response of await Promise.all([holder, ...waiting])) {
      expect([response.status, response.text, response.headers.connection]).toEqual([
        200,
        wholeReply,
        'close',
      ])
    }
    expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
  })
})
