import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { zeroEndpointCounters } from '../../../src/core/state/counters.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import type { FaultInput } from '../../../src/simulation/faults/fault.ts'
import { eventually, startBackend } from '../../simulation/start-backend.ts'
import { policy, requestFor } from '../../support/gateway/closed-loop.ts'
import { checked, INTERVAL_MS, startHealthChecks, TIMEOUT_MS } from './start-health-checks.ts'

const atHealth = { pathPrefix: '/health' } as const

/** A plain HTTP server, for behaviour that the simulated backend does not have. */
async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

describe('an endpoint whose health is checked', () => {
  it('becomes unhealthy after two failures in a row and healthy after one success', async () => {
    const backend = await startBackend()
    const { check, changes, state, log } = startHealthChecks([
      checked(1, backend.baseUrl, { apiKey: 'sk-secret' }),
    ])
    const endpoint = state.endpoint(1)
    const standing = async (fault: FaultInput | null) => {
      await backend.setFault(fault)
      await check()
      return endpoint.unhealthy
    }
    await check(0)
    const prompt = Int32Array.of(1, 2)
    endpoint.prefix.setLimit(1)
    endpoint.prefix.add(prompt)
    const broken = { kind: 'status', status: 503, ...atHealth } as const
    expect(await standing(broken)).toBe(false)
    expect(await standing(null)).toBe(false)
    expect(await standing(broken)).toBe(false)
    expect(endpoint.prefix.depth(prompt)).toBe(1)
    expect(await standing(broken)).toBe(true)
    // It may have been restarted.
    expect(endpoint.prefix.depth(prompt)).toBe(0)
    expect(await standing(broken)).toBe(true)
    expect(changes()).toBe(1)
    expect(endpoint.lastError).toMatchObject({ text: 'health check: answered with status 503' })
    expect(endpoint.healthCheckError).toBe('answered with status 503')
    expect(await standing(null)).toBe(false)
    expect(endpoint.healthCheckError).toBeNull()
    expect(changes()).toBe(2)
    expect(log().match(/"msg":"[^"]*"/g)).toEqual([
      '"msg":"endpoint fails its health checks"',
      '"msg":"endpoint is well again"',
    ])
    expect(log()).toContain('"endpoint":"endpoint-1"')
    expect(log()).not.toContain('sk-secret')
    expect(log()).not.toContain(backend.baseUrl)
  })

  it('is probed on its origin, with its own key and no client headers', async () => {
    const backend = await startBackend({ apiKey: 'sk-secret' })
    const { check, state } = startHealthChecks([
      checked(1, backend.baseUrl, { apiKey: 'sk-secret', healthCheckPath: '/v1/models?limit=1' }),
    ])
    await check(0)
    await check()
    expect(state.endpoint(1).lastError).toBeNull()
    const [asked] = backend.served().last
    expect(asked).toMatchObject({ method: 'GET', url: '/v1/models?limit=1' })
    expect(asked?.body).toHaveLength(0)
    const names = asked?.rawHeaders
      .filter((_text, index) => index % 2 === 0)
      .map((name) => name.toLowerCase())
    expect(names?.toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'host',
      'user-agent',
      'x-lb-via',
    ])
  })

  it('gets no requests while it is unhealthy, and its counters do not include the probes', async () => {
    const backend = await startBackend({ fault: { kind: 'status', status: 500, ...atHealth } })
    const { check, state, timer } = startHealthChecks([checked(1, backend.baseUrl)])
    const router = createRouter({ state, clock: timer.nowMs, policy: { failThreshold: 1, cooldownS: 20 } })
    const routing = {
      blockId: 1,
      token: null,
      api: 'chat',
      path: '/v1/chat/completions',
      model: undefined,
      alias: undefined,
      targets: undefined,
      needsRoute: false,
      endpointId: undefined,
      objectId: undefined,
      measure: 'completion',
      stream: false,
      maxTokens: undefined,
    } as const
    await check(0)
    expect(router.hasRoom(state.endpoint(1))).toBe(true)
    await check()
    expect(router.acquire(routing)).toMatchObject({ refusal: { code: 'LB_ERR_ALL_COOLING' } })
    const { counters, inflight, tripped } = state.endpoint(1)
    expect(counters).toEqual(zeroEndpointCounters())
    expect([inflight, tripped]).toEqual([0, null])
    expect(state.totals).toMatchObject({ requestsServed: 0, errors: 0, inflight: 0 })
    await backend.setFault(null)
    await check()
    expect(router.hasRoom(state.endpoint(1))).toBe(true)
  })
})

describe('a health check', () => {
  it.each<[FaultInput, string]>([
    [{ kind: 'status', status: 404, ...atHealth }, 'answered with status 404'],
    [{ kind: 'reset', ...atHealth }, 'the endpoint closed the connection'],
    [{ kind: 'refuse' }, 'the endpoint refused the connection'],
    [{ kind: 'malformed', form: 'bytes', ...atHealth }, 'the endpoint sent something that is not HTTP'],
  ])('fails at %j', async (fault, error) => {
    const backend = await startBackend({ fault })
    const { check, state } = startHealthChecks([checked(1, backend.baseUrl)])
    await check(0)
    await check()
    expect(state.endpoint(1).unhealthy).toBe(true)
    const { lastError, healthCheckError } = state.endpoint(1)
    // The message of a reset depends on the system call that reports it.
    const wordsOf = (text = '') => text.replace('reset the connection', 'closed the connection')
    expect(wordsOf(lastError?.text)).toBe(`health check: ${error}`)
    expect(wordsOf(healthCheckError ?? '')).toBe(error.replace('the endpoint ', ''))
  })

  it('fails at a redirect, which it does not follow', async () => {
    const asked: (string | undefined)[] = []
    const url = await startServer(({ url }, response) => {
      asked.push(url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const { check, state } = startHealthChecks([checked(1, url)])
    await check(0)
    expect(state.endpoint(1).lastError?.text).toBe('health check: answered with status 302')
    expect(asked).toEqual(['/health'])
  })

  it('fails where no response arrives in time, and closes the connection', async () => {
    const backend = await startBackend({ fault: { kind: 'hang', ...atHealth } })
    const { check, state, timer } = startHealthChecks([checked(1, backend.baseUrl)])
    timer.advance(0)
    await eventually(() => expect(backend.served().total.requests).toBe(1))
    await check(TIMEOUT_MS)
    expect(state.endpoint(1).lastError?.text).toBe('health check: no answer in time')
    await eventually(() => expect(backend.served().total.aborted).toBe(1))
  })

  it('sets nothing aside where it times out while the endpoint sends bytes for requests', async () => {
    const backend = await startBackend({ fault: { kind: 'hang', ...atHealth } })
    const { check, state, timer } = startHealthChecks([checked(1, backend.baseUrl)])
    const router = createRouter({ state, clock: timer.nowMs, policy })
    const granted = router.acquire(requestFor())
    if ('refusal' in granted) throw new Error(granted.refusal.detail)
    const timeOut = async (sendsBytes: boolean) => {
      const before = backend.served().total.requests
      timer.advance(before === 0 ? 0 : INTERVAL_MS - TIMEOUT_MS)
      await eventually(() => expect(backend.served().total.requests).toBe(before + 1))
      if (sendsBytes) granted.lease.received()
      await check(TIMEOUT_MS)
    }
    for (let round = 0; round < 4; round += 1) await timeOut(true)
    expect(state.endpoint(1)).toMatchObject({ unhealthy: false, lastError: null })
    await timeOut(false)
    await timeOut(true)
    await timeOut(false)
    expect(state.endpoint(1).unhealthy).toBe(false)
    await timeOut(false)
    expect(state.endpoint(1).unhealthy).toBe(true)
  })

  it('fails where the response does not end in time', async () => {
    let answered = 0
    const url = await startServer((_request, response) => {
      response.writeHead(200).write('half')
      answered += 1
    })
    const { check, state, timer } = startHealthChecks([checked(1, url)])
    timer.advance(0)
    await eventually(() => expect(answered).toBe(1))
    await check(TIMEOUT_MS)
    expect(state.endpoint(1).lastError?.text).toBe('health check: no answer in time')
  })

  it('reads no more than a megabyte of a response', async () => {
    const cut: Promise<unknown>[] = []
    const url = await startServer((_request, response) => {
      cut.push(once(response, 'close'))
      const pour = (): void => {
        while (response.write(Buffer.alloc(65_536)));
      }
      response.writeHead(200).on('drain', pour)
      pour()
    })
    const { check, state } = startHealthChecks([checked(1, url)])
    await check(0)
    await Promise.all(cut)
    expect(state.endpoint(1).lastError).toBeNull()
  })

  it.each([
    ['base URL', 'not a URL', '/health', 'its base URL cannot be used'],
    ['path', 'http://127.0.0.1:9', '/with space', 'the endpoint broke off the connection'],
  ])(
    'fails without an exception where its %s cannot be used',
    async (_what, baseUrl, healthCheckPath, error) => {
      const { check, state } = startHealthChecks([checked(1, baseUrl, { healthCheckPath })])
      await check(0)
      await check()
      expect(state.endpoint(1)).toMatchObject({
        unhealthy: true,
        lastError: { text: `health check: ${error}` },
      })
    },
  )

  it('is ignored where the balancer itself is the cause of its failure', async () => {
    const backend = await startBackend({ fault: { kind: 'hang', ...atHealth } })
    const { ended, pools, state, timer } = startHealthChecks([checked(1, backend.baseUrl)])
    timer.advance(0)
    await eventually(() => expect(backend.served().total.requests).toBe(1))
    const verdict = ended()
    pools.destroy()
    await verdict
    expect(state.endpoint(1)).toMatchObject({ unhealthy: false, lastError: null })
  })
})

describe('the times of health checks', () => {
  it('are an interval apart, and one endpoint has one check at a time', async () => {
    const backend = await startBackend()
    const { check, timer } = startHealthChecks([
      checked(1, backend.baseUrl, { healthCheckIntervalS: 1, healthCheckTimeoutS: TIMEOUT_MS / 1000 }),
    ])
    const requests = () => backend.served().total.requests
    await check(0)
    timer.advance(999)
    expect([requests(), timer.pending()]).toEqual([1, 1])
    await check(1)
    expect(requests()).toBe(2)

    await backend.setFault({ kind: 'hang', ...atHealth })
    timer.advance(1_000)
    await eventually(() => expect(requests()).toBe(3))
    // Two intervals later the same check is running, and its timeout is the only timer.
    timer.advance(2_000)
    expect(timer.pending()).toBe(1)
    await backend.setFault(null)
    timer.advance(1_000)
    expect(timer.pending()).toBe(1)
    await check(0)
    expect(requests()).toBe(4)
  })

  it('are spread over the first interval, of ten seconds at most', async () => {
    const backend = await startBackend()
    const endpoints = [1, 2, 3].map((id) =>
      checked(id, backend.baseUrl, { healthCheckPath: `/${id}`, healthCheckIntervalS: id === 3 ? 3600 : 4 }),
    )
    const { check, timer } = startHealthChecks(endpoints, [0, 0.5, 0.9])
    const asked = () => backend.served().last.map(({ url }) => url)
    await check(0)
    expect(asked()).toEqual(['/1'])
    timer.advance(1_999)
    await check(1)
    expect(asked()).toEqual(['/1', '/2'])
    await check(2_000)
    expect(asked()).toEqual(['/1', '/2', '/1'])
    await check(2_000)
    await check(2_000)
    expect(asked()).toEqual(['/1', '/2', '/1', '/2', '/1'])
    await check(1_000)
    expect(asked().at(-1)).toBe('/3')
  })
})

describe('a change of the configuration', () => {
  async function startSetAside() {
    const backend = await startBackend({ fault: { kind: 'status', status: 500, ...atHealth } })
    const endpoint = checked(1, backend.baseUrl)
    const started = startHealthChecks([endpoint])
    await started.check(0)
    await started.check()
    expect(started.state.endpoint(1).unhealthy).toBe(true)
    return { ...started, backend, endpoint }
  }

  it.each([
    ['is no longer checked', { healthCheckPath: null }],
    ['is disabled', { enabled: false }],
  ])('marks an endpoint as healthy that %s', async (_what, change) => {
    const { configure, endpoint, state, timer, changes } = await startSetAside()
    configure([{ ...endpoint, ...change }])
    expect(state.endpoint(1).unhealthy).toBe(false)
    expect(changes()).toBe(2)
    expect(timer.pending()).toBe(0)
  })

  it('marks a deleted endpoint as healthy, so that it is healthy when it is restored', async () => {
    const { configure, endpoint, state, timer } = await startSetAside()
    configure([])
    expect(timer.pending()).toBe(0)
    configure([endpoint])
    expect(state.endpoint(1).unhealthy).toBe(false)
    expect(timer.pending()).toBe(1)
  })

  it('of the checked URL starts a new check, and keeps the health until its result', async () => {
    const { backend, check, configure, endpoint, state, timer } = await startSetAside()
    configure([{ ...endpoint, healthCheckPath: '/v1/models' }])
    expect(state.endpoint(1).unhealthy).toBe(true)
    expect(timer.pending()).toBe(1)
    await check(0)
    expect(backend.served().last.at(-1)?.url).toBe('/v1/models')
    expect(state.endpoint(1).unhealthy).toBe(false)
  })

  it('of other settings does not move the next check', async () => {
    const backend = await startBackend()
    const endpoint = checked(1, backend.baseUrl)
    const { check, configure, timer } = startHealthChecks([endpoint])
    await check(0)
    timer.advance(9_999)
    configure([{ ...endpoint, name: 'renamed', timeoutS: 7, posX: 5 }])
    expect(backend.served().total.requests).toBe(1)
    await check(1)
    expect(backend.served().total.requests).toBe(2)
  })

  it('aborts the running probe', async () => {
    const backend = await startBackend({ fault: { kind: 'hang', ...atHealth } })
    const { configure, state, timer } = startHealthChecks([checked(1, backend.baseUrl)])
    timer.advance(0)
    await eventually(() => expect(backend.served().total.requests).toBe(1))
    configure([])
    await eventually(() => expect(backend.served().total.aborted).toBe(1))
    expect(timer.pending()).toBe(0)
    expect(state.endpoint(1).lastError).toBeNull()
  })
})

it('aborts running probes when it is stopped', async () => {
  const backend = await startBackend({ fault: { kind: 'hang', ...atHealth } })
  const { health, timer } = startHealthChecks(
    [checked(1, backend.baseUrl), checked(2, backend.baseUrl)],
    [0, 0.5],
  )
  timer.advance(0)
  await eventually(() => expect(backend.served().total.requests).toBe(1))
  health.stop()
  expect(timer.pending()).toBe(0)
  await eventually(() => expect(backend.served().total.aborted).toBe(1))
})
