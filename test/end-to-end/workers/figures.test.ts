// What is told is told of all workers, whichever connection asks; the log is one stream of whole lines.
import { describe, expect, it } from 'vitest'
import { readResponse, responseOf, open } from '../../support/clients/http-client.ts'
import { ADMIN_TOKEN, callAdmin, SLOW_MS, waitFor } from '../../support/daemon-process.ts'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { connectPage } from '../../support/apps/running-bridge.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers, type WorkerDaemon } from './worker-daemon.ts'
import { workerOf } from './worker-processes.ts'
import { isFull } from '../../support/effort.ts'

const WORKERS = 3
const REQUESTS = 60

/** The same GET over a connection to each of the workers. */
async function fromEach(daemon: WorkerDaemon, path: string): Promise<string[]> {
  const texts = new Map<number, string>()
  while (texts.size < WORKERS) {
    const response = await responseOf(
      open(daemon.url + path, { headers: { 'x-admin-token': ADMIN_TOKEN, connection: 'keep-alive' } }),
    )
    const pid = await workerOf(daemon, response.socket)
    const read = await readResponse(response)
    expect(read.status).toBe(200)
    texts.set(pid, read.text)
  }
  return [...texts.values()]
}

async function startServed(): Promise<WorkerDaemon> {
  const daemon = await startWorkers(WORKERS, [await startReferee()])
  await Promise.all(Array.from({ length: REQUESTS }, () => daemon.complete()))
  await daemon.told('all requests', ({ stats }) => stats.total_requests_served === REQUESTS)
  return daemon
}

describe('the figures of workers', { timeout: SLOW_MS }, () => {
  it.runIf(isFull)('have a CPU profile of each process', async () => {
    const daemon = await startServed()
    const { stats } = await callAdmin<LiveView>(daemon, 'GET', '/live')
    const [worker] = stats.workers?.running ?? []
    const take = (id: number) => callAdmin<object>(daemon, 'POST', `/profile?worker=${id}&seconds=1`)
    let isTaken = false
    const ofWorker = take(worker?.id ?? 0).finally(() => (isTaken = true))
    // Each worker gets some of them, for as long as it is sampled.
    while (!isTaken) await Promise.all(Array.from({ length: 8 }, () => daemon.complete()))
    // A function of the data plane, which workers alone serve.
    const serves = (profile: object): boolean => JSON.stringify(profile).includes('/proxy/data-plane.js')
    expect(serves(await ofWorker)).toBe(true)
    expect(await take(0)).toHaveProperty('samples')
    await callAdmin(daemon, 'POST', '/profile?worker=99', { status: 404 })
  })

  it('are the same whichever of them is asked', async () => {
    const daemon = await startServed()
    for (const text of await fromEach(daemon, '/admin/api/state')) {
      const { stats, endpoints } = JSON.parse(text) as { stats: object; endpoints: object[] }
      expect(stats).toMatchObject({ total_requests_served: REQUESTS, total_errors: 0, total_inflight: 0 })
      expect(endpoints).toMatchObject([{ total_requests: REQUESTS, total_success: REQUESTS }])
    }
    for (const text of await fromEach(daemon, '/admin/api/decisions?limit=200'))
      expect(JSON.parse(text)).toHaveLength(REQUESTS)
    for (const text of await fromEach(daemon, '/metrics')) {
      expect(text).toMatch(new RegExp(`^lb_requests_total\\{.*\\} ${REQUESTS}$`, 'm'))
      expect(text).toMatch(new RegExp(`^lb_workers ${WORKERS}$`, 'm'))
      expect(text.match(/^lb_worker_event_loop_utilization_ratio\{.*\} [\d.e-]+$/gm)).toHaveLength(WORKERS)
    }
    for (const text of await fromEach(daemon, '/health'))
      expect(JSON.parse(text)).toMatchObject({
        status: 'ok',
        total_requests_served: REQUESTS,
        total_inflight: 0,
      })
  })

  it('are logged by each request once, in whole lines', async () => {
    const daemon = await startServed()
    const requests = await waitFor('a line of each request', () => {
      const lines = daemon.log().filter(({ request_id }) => request_id !== undefined)
      const completions = lines.filter(({ route }) => route === '/v1/chat/completions')
      return completions.length >= REQUESTS ? completions : undefined
    })
    expect(new Set(requests.map(({ request_id }) => request_id)).size).toBe(REQUESTS)
    for (const line of daemon.stdout().split('\n').slice(0, -1)) expect(JSON.parse(line)).toBeTypeOf('object')
  })

  it('come with a bridge that carries the calls of a signed-in operator', async () => {
    const daemon = await startWorkers(2, [await startReferee()])
    const signIn = await daemon.post('/admin/api/session', { token: ADMIN_TOKEN })
    const [cookie = ''] = signIn.headers['set-cookie']?.[0]?.split(';') ?? []
    const page = await connectPage(daemon.url, { client: { headers: { cookie } } })
    const body = { messages: [{ role: 'user', content: 'Hello' }] }
    const headers = { 'content-type': 'application/json' }
    for (let id = 1; id <= 6; id += 1)
      page.send({ id, url: `${daemon.url}/v1/chat/completions`, method: 'POST', headers, body })
    for (let id = 1; id <= 6; id += 1) expect(await page.next(id, 'response')).toMatchObject({ status: 200 })
  })
})
