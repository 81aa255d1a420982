// What one worker learns of an endpoint's health all of them act on, as the backends see it.
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { open } from '../../support/clients/http-client.ts'
import { callAdmin, SLOW_MS, waitFor, type Daemon } from '../../support/daemon-process.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers, workerCounts } from './worker-daemon.ts'

const saying = (content: string) => ({ messages: [{ role: 'user', content }] })

const refuse =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end('{"error":{"message":"not now"}}')

/** A backend whose response may be exchanged. */
async function startChangeable(first: (response: ServerResponse) => void) {
  let serve = first
  const backend = await startReferee({ serve: (response) => serve(response) })
  return { ...backend, follow: (next: (response: ServerResponse) => void) => void (serve = next) }
}

const serveWell = (response: ServerResponse): void =>
  void response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"choices":[{"index":0,"message":{"role":"assistant","content":"done"}}]}')

/** Creates a client token. @returns its header fields. */
async function createToken(daemon: Daemon, name: string, fields: object = {}) {
  const body = { name, ...fields }
  const { token } = await callAdmin<{ token: string }>(daemon, 'POST', '/tokens', { body })
  return { authorization: `Bearer ${token}` }
}

describe.each(workerCounts)('%i workers', { timeout: SLOW_MS }, (workers) => {
  it('set an endpoint aside together, probe it once, and all know when it serves again', async () => {
    const failing = await startChangeable(refuse(500))
    const daemon = await startWorkers(workers, [failing], [], {
      LB_FAIL_THRESHOLD: '3',
      LB_COOLDOWN_SECONDS: '2',
    })
    // Of several clients and models, so that it is the endpoint that fails.
    const clients = await Promise.all([1, 2, 3].map((index) => createToken(daemon, `client ${index}`)))
    const complete = (index: number) =>
      daemon.complete({ ...saying(`number ${index}`), model: `model-${index % 3}` }, clients[index % 3])
    for (let sent = 0; sent < 3; sent += 1) await complete(sent)
    await daemon.told('an open breaker', ({ endpoints: [one] }) => one?.breaker_state !== 'closed')
    const tripped = failing.total()
    expect(tripped).toBe(3)
    const refused = await Promise.all(Array.from({ length: 4 * workers }, (_, index) => complete(index)))
    const { endpoints } = await daemon.state()
    // On a machine slow enough the cooldown is over by now.
    if (endpoints[0]?.breaker_state === 'open') {
      expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 503))
      expect(failing.total()).toBe(tripped)
    }
    await daemon.told('a half-open breaker', ({ endpoints: [one] }) => one?.breaker_state === 'half_open')
    const before = failing.total()
    failing.hold()
    let refusals = 0
    const ends = Array.from({ length: 6 * workers }, async () => {
      const { status } = await daemon.complete(saying('again'), clients[0])
      if (status === 503) refusals += 1
      return status
    })
    await failing.holds(1)
    // A worker without the probe lets its requests wait for what comes of it.
    await daemon.told('no further probe', ({ stats }) => stats.queued + refusals === ends.length - 1)
    expect([failing.peak(), failing.total()]).toEqual([1, before + 1])
    failing.follow(serveWell)
    failing.release()
    const statuses = await Promise.all(ends)
    expect(statuses.filter((status) => status === 200)).toHaveLength(ends.length - refusals)
    await daemon.told('a closed breaker', ({ endpoints: [one] }) => one?.breaker_state === 'closed')
    await waitFor('service by all', async () => {
      const after = await Promise.all(Array.from({ length: 4 * workers }, (_, index) => complete(index)))
      return after.every(({ status }) => status === 200) || undefined
    })
  })

  it('send one probe after a cooldown of one client, and serve another meanwhile', async () => {
    const backend = await startChangeable(refuse(500))
    const daemon = await startWorkers(workers, [backend], [], {
      LB_FAIL_THRESHOLD: '3',
      LB_COOLDOWN_SECONDS: '2',
    })
    const [failing, other] = [await createToken(daemon, 'failing'), await createToken(daemon, 'other')]
    const complete = (headers: Record<string, string>) => daemon.complete(saying('Hello'), headers)
    for (let sent = 0; sent < 3; sent += 1) await daemon.complete(saying(`number ${sent}`), failing)
    await daemon.told(
      'a cooldown of that client',
      ({ endpoints: [one] }) => one?.cooldown_scope?.others === 'served',
    )
    await daemon.told('a half-open breaker', ({ endpoints: [one] }) => one?.breaker_state === 'half_open')
    const before = backend.total()
    backend.hold()
    const statuses: number[] = []
    const sent: Promise<unknown>[] = []
    const send = (): void =>
      void sent.push(complete(failing).then(({ status }) => void statuses.push(status)))
    // For a worker that was told late the cooldown is over later.
    await waitFor('a probe', () => {
      if (backend.running() === 0) for (let each = 0; each < 2 * workers; each += 1) send()
      return backend.running() > 0 || undefined
    })
    for (let each = 0; each < 4 * workers; each += 1) send()
    await waitFor('the end of all others', () => statuses.length === sent.length - 1 || undefined)
    expect(new Set(statuses)).toEqual(new Set([503]))
    expect([backend.peak(), backend.total()]).toEqual([1, before + 1])
    const served = complete(other)
    await backend.holds(2)
    backend.follow(serveWell)
    backend.release()
    await Promise.all(sent)
    expect([statuses.at(-1), (await served).status]).toEqual([200, 200])
    await waitFor('service by all', async () => {
      const after = await Promise.all(Array.from({ length: 4 * workers }, () => complete(failing)))
      return after.every(({ status }) => status === 200) || undefined
    })
  })

  it('send a request that waits for another endpoint as the one probe after a cooldown of its client', async () => {
    const [backend, full] = [await startChangeable(refuse(500)), await startReferee()]
    full.hold()
    const daemon = await startWorkers(workers, [backend, full], [{}, { max_concurrent: 1 }], {
      LB_FAIL_THRESHOLD: '3',
      LB_FAILOVER_ATTEMPTS: '0',
      LB_COOLDOWN_SECONDS: '2',
      LB_QUEUE_TIMEOUT_SECONDS: String(SLOW_MS / 1_000),
    })
    const failing = await createToken(daemon, 'failing')
    const holding = await createToken(daemon, 'holding', { preferred_endpoint_id: daemon.endpointIds[1] })
    const held = daemon.complete(saying('Hold'), holding)
    await full.holds(1)
    for (let sent = 0; sent < 3; sent += 1) await daemon.complete(saying(`number ${sent}`), failing)
    await daemon.told(
      'a cooldown of that client',
      ({ endpoints: [one] }) => one?.cooldown_scope?.others === 'served',
    )
    const before = backend.total()
    backend.hold()
    const waiting = Array.from({ length: 2 * workers }, () => daemon.complete(saying('Wait'), failing))
    await backend.holds(1)
    await daemon.told('the others in the queue', ({ stats }) => stats.queued === waiting.length - 1)
    expect([backend.peak(), backend.total()]).toEqual([1, before + 1])
    backend.release()
    backend.follow(serveWell)
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 200))
    expect(full.total()).toBe(1)
    full.release()
    expect((await held).status).toBe(200)
  })

  it('obey a Retry-After that one of them was given', async () => {
    const [asking, other] = [
      await startReferee({ serve: refuse(429, { 'retry-after': '120' }) }),
      await startReferee(),
    ]
    const daemon = await startWorkers(
      workers,
      [asking, other],
      [{ token_quota_percent: 99 }, { token_quota_percent: 1 }],
    )
    for (let sent = 0; sent < 4 * workers; sent += 1)
      expect((await daemon.complete(saying(`number ${sent}`))).status).toBe(200)
    // The response of another endpoint may be faster than what the workers are told.
    const asked = asking.total()
    expect(asked).toBeLessThanOrEqual(workers)
    const many = await Promise.all(Array.from({ length: 4 * workers }, () => daemon.complete()))
    expect(many.map(({ status }) => status)).toEqual(many.map(() => 200))
    expect(asking.total()).toBe(asked)
  })

  it('notice together that an endpoint hangs, whose requests each of them has few of', async () => {
    const hung = await startReferee({ serve: () => undefined })
    const daemon = await startWorkers(workers, [hung], [{ first_byte_timeout_seconds: 1 }], {
      LB_FAIL_THRESHOLD: '3',
    })
    const clients = Array.from({ length: 3 }, (_, index) =>
      open(`${daemon.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify(saying(`number ${index}`)),
      }),
    )
    await daemon.told('a hung endpoint', ({ endpoints: [one] }) => one?.breaker_state !== 'closed')
    for (const client of clients) client.destroy()
  })
})

describe.each([1, ...workerCounts])('%i workers, at a full endpoint', { timeout: SLOW_MS }, (workers) => {
  it('let the requests of a client that has cooled down wait for room, whichever worker has them', async () => {
    const backend = await startChangeable(refuse(500))
    const daemon = await startWorkers(workers, [backend], [{ max_concurrent: 1 }], {
      LB_FAIL_THRESHOLD: '3',
      LB_FAILOVER_ATTEMPTS: '0',
      LB_COOLDOWN_SECONDS: '1',
      LB_QUEUE_TIMEOUT_SECONDS: String(SLOW_MS / 1_000),
    })
    const [failing, other] = [await createToken(daemon, 'failing'), await createToken(daemon, 'other')]
    for (let sent = 0; sent < 3; sent += 1) await daemon.complete(saying(`number ${sent}`), failing)
    await daemon.told(
      'a cooldown of that client',
      ({ endpoints: [one] }) => one?.cooldown_scope?.others === 'served',
    )
    backend.hold()
    const held = daemon.complete(saying('Hold'), other)
    await backend.holds(1)
    await daemon.told('a half-open breaker', ({ endpoints: [one] }) => one?.breaker_state === 'half_open')
    const statuses: number[] = []
    const sent = Array.from({ length: 4 * workers }, async () => {
      const { status } = await daemon.complete(saying('Wait'), failing)
      statuses.push(status)
    })
    await daemon.told('all in the queue', ({ stats }) => stats.queued + statuses.length === sent.length)
    expect(statuses).toEqual([])
    backend.follow(serveWell)
    backend.release()
    await Promise.all(sent)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect((await held).status).toBe(200)
    expect(backend.peak()).toBe(1)
  })
})
