// A worker that is killed costs its own requests alone: its slots and its books are settled, and another takes its place.
import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import {
  connectRaw,
  keepAliveAgent,
  open,
  rawPost,
  readResponse,
  responseOf,
} from '../../support/clients/http-client.ts'
import { SLOW_MS, waitFor, type Daemon } from '../../support/daemon-process.ts'
import { effort } from '../../support/effort.ts'
import { startHeldBackend } from '../../support/upstreams/held-backend.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers } from './worker-daemon.ts'
import { workerOf, workerPids } from './worker-processes.ts'

const body = (stream = false, content = 'Hello') =>
  JSON.stringify({ messages: [{ role: 'user', content }], stream })

const chat = ({ url }: Daemon, stream = false, content = 'Hello'): ClientRequest =>
  open(`${url}/v1/chat/completions`, { method: 'POST', body: body(stream, content) })

const socketOf = async (client: ClientRequest) => {
  const socket =
    client.socket ??
    (await new Promise<NonNullable<ClientRequest['socket']>>((resolve) => client.once('socket', resolve)))
  await waitFor('the connection', () => (socket.localPort === undefined ? undefined : true))
  return socket
}

const pidOf = async (daemon: Daemon, client: ClientRequest): Promise<number> =>
  workerOf(daemon, await socketOf(client))

/** 'broken' or the status. */
const endOf = (client: ClientRequest): Promise<string> =>
  new Promise((resolve) => {
    client.once('error', () => resolve('broken'))
    client.once('response', (response: IncomingMessage) => {
      void readResponse(response).then((read) => resolve(read.isComplete ? String(read.status) : 'broken'))
    })
  })

/** Waits until as many workers run as before, without the one that was killed. */
const replaced = (daemon: Daemon, killed: number, count: number): Promise<true> =>
  waitFor('another worker in its place', () => {
    const pids = workerPids(daemon)
    return (!pids.includes(killed) && pids.length === count) || undefined
  })

describe('a worker that is killed', { timeout: SLOW_MS }, () => {
  it('frees the slots of requests that wait for their response, for those that wait in other workers', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(2, [backend], [{ max_concurrent: 1 }])
    backend.hold()
    const first = chat(daemon)
    const firstEnd = endOf(first)
    await backend.holds(1)
    const killed = await pidOf(daemon, first)
    const others = Array.from({ length: 6 }, (_, index) => chat(daemon, false, `waiting ${index}`))
    const ends = others.map(endOf)
    await daemon.told('the others in the queue', ({ stats }) => stats.queued === 6)
    const pids = await Promise.all(others.map((other) => pidOf(daemon, other)))
    expect(new Set(pids).size).toBe(2)
    process.kill(killed, 'SIGKILL')
    expect(await firstEnd).toBe('broken')
    await waitFor('the slot to be free again', () => backend.total() === 2 || undefined)
    backend.release()
    expect(await Promise.all(ends)).toEqual(pids.map((pid) => (pid === killed ? 'broken' : '200')))
    // Those that waited in it are lost with it; of the others each has been sent once.
    const sent = pids.map(
      (_, index) => backend.texts().filter((text) => text.includes(`waiting ${index}`)).length,
    )
    expect(sent).toEqual(pids.map((pid) => (pid === killed ? 0 : 1)))
    await replaced(daemon, killed, 2)
    const after = await Promise.all(Array.from({ length: 10 }, () => daemon.complete()))
    expect(after.map(({ status }) => status)).toEqual(after.map(() => 200))
    await daemon.told('balanced books', ({ stats }) => stats.total_inflight === 0 && stats.queued === 0)
    const served = pids.filter((pid) => pid !== killed).length
    const { endpoints } = await daemon.state()
    expect(endpoints).toMatchObject([{ total_requests: 11 + served, total_success: 10 + served }])
    expect(endpoints).toMatchObject([{ total_failures: 0, breaker_state: 'closed' }])
  })

  it('breaks its streams alone', async () => {
    const backend = await startHeldBackend()
    const daemon = await startWorkers(3, [backend])
    const clients = Array.from({ length: 9 }, () => chat(daemon, true))
    const responses = await Promise.all(clients.map(responseOf))
    const reads = responses.map(readResponse)
    const pids = await Promise.all(clients.map((client) => pidOf(daemon, client)))
    expect(new Set(pids).size).toBe(3)
    const [killed = 0] = pids
    process.kill(killed, 'SIGKILL')
    const count = pids.filter((pid) => pid === killed).length
    await daemon.told('the end of its streams', ({ stats }) => stats.total_inflight === 9 - count)
    backend.release()
    const complete = (await Promise.all(reads)).map(({ isComplete }) => isComplete)
    expect(complete).toEqual(pids.map((pid) => pid !== killed))
    await daemon.told('the end of all', ({ stats }) => stats.total_inflight === 0)
    const { endpoints } = await daemon.state()
    expect(endpoints).toMatchObject([{ total_requests: 9, total_success: 9 - count, total_failures: 0 }])
  })

  it('while it reads a body takes that request with it, which no backend has seen', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(2, [backend])
    const client = await connectRaw(daemon.port)
    client.write(rawPost('/v1/chat/completions', [], body()).slice(0, -5))
    const killed = await workerOf(daemon, client.socket)
    process.kill(killed, 'SIGKILL')
    await client.closed
    expect(client.text()).toBe('')
    await replaced(daemon, killed, 2)
    expect((await daemon.complete()).status).toBe(200)
    expect(backend.total()).toBe(1)
    await daemon.told(
      'the one request',
      ({ stats }) => stats.total_requests_served === 1 && stats.total_inflight === 0,
    )
  })

  it('between two requests of a connection closes it, and the next is served on another', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(2, [backend], [{ max_concurrent: 1 }])
    const agent = keepAliveAgent(1)
    const complete = async () => {
      const response = await responseOf(
        open(`${daemon.url}/v1/chat/completions`, { method: 'POST', agent, body: body() }),
      )
      return { socket: response.socket, ...(await readResponse(response)) }
    }
    const first = await complete()
    await daemon.told('the first request', ({ endpoints: [endpoint] }) => endpoint?.total_success === 1)
    const killed = await workerOf(daemon, first.socket)
    const closed = once(first.socket, 'close')
    process.kill(killed, 'SIGKILL')
    await closed
    const second = await complete()
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.socket).not.toBe(first.socket)
    await replaced(daemon, killed, 2)
    await daemon.told(
      'both requests, and none that waits',
      ({ endpoints: [endpoint], stats }) => endpoint?.total_success === 2 && stats.queued === 0,
    )
    const { endpoints, stats } = await daemon.state()
    expect(endpoints).toMatchObject([{ total_requests: 2, total_failures: 0, inflight: 0 }])
    expect([stats.total_inflight, backend.total(), backend.peak()]).toEqual([0, 2, 1])
  })

  it('among requests that begin and end leaves nothing open, again and again', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(3, [backend], [{ max_concurrent: 4 }])
    let isEnding = false
    let completed = 0
    const traffic = Promise.all(
      Array.from({ length: 12 }, async () => {
        while (!isEnding) {
          if ((await endOf(chat(daemon))) === '200') completed += 1
        }
      }),
    )
    for (let round = 0; round < effort(6, 2); round += 1) {
      const before = completed
      await waitFor('requests', () => completed > before + 100 || undefined)
      const [killed = 0] = workerPids(daemon)
      process.kill(killed, 'SIGKILL')
      await replaced(daemon, killed, 3)
    }
    isEnding = true
    await traffic
    expect(backend.peak()).toBeLessThanOrEqual(4)
    await daemon.told('nothing open', ({ stats }) => stats.total_inflight === 0 && stats.queued === 0)
    // What a worker had not told yet when it was killed is not known; all that comes later is.
    const before = (await daemon.state()).endpoints[0]?.total_success ?? 0
    await Promise.all(Array.from({ length: 30 }, () => daemon.complete()))
    await daemon.told(
      'the requests since',
      ({ endpoints: [endpoint] }) => endpoint?.total_success === before + 30,
    )
    const { endpoints, stats } = await daemon.state()
    expect(endpoints[0]?.total_requests).toBeLessThanOrEqual(backend.total())
    expect(endpoints).toMatchObject([{ total_failures: 0, breaker_state: 'closed', inflight: 0 }])
    expect(stats.total_inflight).toBe(0)
  })
})
