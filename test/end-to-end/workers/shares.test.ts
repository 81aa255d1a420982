// Shares hold over the sum of all workers, as the backends see it.
import type { Agent } from 'node:http'
import { casesOf, effort } from '../../support/effort.ts'
import { describe, expect, it } from 'vitest'
import { callAdmin, SLOW_MS, waitFor, type Daemon } from '../../support/daemon-process.ts'
import { keepAliveAgent, open, readResponse, responseOf, send } from '../../support/clients/http-client.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers, workerCounts, type WorkerDaemon } from './worker-daemon.ts'
import { workersOf } from './worker-processes.ts'

interface Created {
  readonly id: number
  readonly token: string
}

const createToken = (daemon: Daemon, name: string, fields: object = {}): Promise<Created> =>
  callAdmin(daemon, 'POST', '/tokens', { body: { name, ...fields } })

const bearer = ({ token }: Created) => ({ authorization: `Bearer ${token}` })

const saying = (content: string) => ({ messages: [{ role: 'user', content }] })

/** Sends `requests` requests, `inFlight` at once. */
async function run(daemon: WorkerDaemon, requests: number, inFlight: number): Promise<void> {
  let started = 0
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (started < requests) {
        started += 1
        expect((await daemon.complete()).status).toBe(200)
      }
    }),
  )
}

/** Kept-alive connections that one worker has, each as a function that sends on it. */
async function openWorkers(daemon: WorkerDaemon, workers: number, count: number) {
  const found = new Map<number, Agent[]>()
  const mostOf = (): Agent[] =>
    [...found.values()].reduce((most, one) => (one.length > most.length ? one : most), [])
  while (mostOf().length < count) {
    // Each worker gets its part of the new connections, about as many as are missing.
    const missing = (count - mostOf().length) * workers
    const opened = await Promise.all(
      Array.from({ length: missing }, async () => {
        const agent = keepAliveAgent(1)
        const response = await responseOf(open(`${daemon.url}/livez`, { agent }))
        const { localPort } = response.socket
        await readResponse(response)
        return { agent, localPort }
      }),
    )
    const pids = await workersOf(daemon, opened)
    for (const [index, { agent }] of opened.entries()) {
      const pid = pids[index] ?? 0
      found.set(pid, [...(found.get(pid) ?? []), agent])
    }
  }
  const most = mostOf()
  for (const agents of found.values()) if (agents !== most) for (const agent of agents) agent.destroy()
  return most.slice(0, count).map(
    (agent) => (body: object, headers: Record<string, string>) =>
      send(`${daemon.url}/v1/chat/completions`, {
        method: 'POST',
        agent,
        headers,
        body: JSON.stringify(body),
      }),
  )
}

describe.each(workerCounts)('%i workers', { timeout: SLOW_MS }, (workers) => {
  it('send each endpoint its quota, within a point', async () => {
    const backends = [await startReferee(), await startReferee(), await startReferee()]
    const quotas = [50, 30, 20]
    const daemon = await startWorkers(
      workers,
      backends,
      quotas.map((token_quota_percent) => ({ token_quota_percent })),
    )
    await run(daemon, 600, 12)
    for (const [index, quota] of quotas.entries()) {
      const share = (100 * (backends[index]?.total() ?? 0)) / 600
      expect(Math.abs(share - quota)).toBeLessThanOrEqual(1)
    }
  })

  it.each(casesOf(['one worker', 'all workers'], 1))(
    'keep the guarantee of a client token whose requests come to %s, while endpoints are full',
    async (where) => {
      const counts = { guaranteed: 0, other: 0 }
      const backend = await startReferee({
        serve(response, { text }) {
          counts[text.includes('guaranteed') ? 'guaranteed' : 'other'] += 1
          setTimeout(() => {
            response.writeHead(200, { 'content-type': 'application/json' }).end(
              JSON.stringify({
                choices: [{ index: 0, message: { role: 'assistant', content: 'done' } }],
                usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
              }),
            )
          }, 5)
        },
      })
      const daemon = await startWorkers(workers, [backend], [{ max_concurrent: 2 }])
      const guaranteed = await createToken(daemon, 'guaranteed', { guaranteed_share_percent: 70 })
      const other = await createToken(daemon, 'other')
      let isEnding = false
      const senders =
        where === 'one worker'
          ? await openWorkers(daemon, workers, 6 * workers)
          : Array.from({ length: 6 * workers }, () => daemon.complete)
      const clients = [
        ...senders.map(async () => {
          while (!isEnding) await daemon.complete(saying('other'), bearer(other))
        }),
        ...senders.map(async (sendGuaranteed) => {
          while (!isEnding) await sendGuaranteed(saying('guaranteed'), bearer(guaranteed))
        }),
      ]
      await waitFor('many requests', () => counts.guaranteed + counts.other >= effort(700, 500) || undefined)
      const share = (100 * counts.guaranteed) / (counts.guaranteed + counts.other)
      isEnding = true
      await Promise.all(clients)
      expect(share).toBeGreaterThanOrEqual(67)
    },
  )

  it('serve a client token beyond its share from responses that any of them has cached', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(workers, [backend])
    const capped = await createToken(daemon, 'capped', { min_traffic_percent: 20 })
    const other = await createToken(daemon, 'other')
    for (let sent = 0; sent < 16; sent += 1) await daemon.complete(saying(`other ${sent}`), bearer(other))
    const first = await daemon.complete(saying('kept'), bearer(capped))
    expect([first.status, first.headers['x-lb-cache']]).toEqual([200, 'MISS'])
    // 1 of 17 requests; with 4 of 20 it has its share.
    await waitFor('the cap', async () => {
      const { status } = await daemon.complete(saying(`new ${backend.total()}`), bearer(capped))
      return status === 503 || undefined
    })
    await waitFor('the cap in all workers', async () => {
      const sent = Array.from({ length: 4 * workers }, (_, index) =>
        daemon.complete(saying(`later ${index} ${backend.total()}`), bearer(capped)),
      )
      return (await Promise.all(sent)).every(({ status }) => status === 503) || undefined
    })
    const before = backend.total()
    const hits = await Promise.all(
      Array.from({ length: 4 * workers }, () => daemon.complete(saying('kept'), bearer(capped))),
    )
    for (const { status, headers, body } of hits)
      expect([status, headers['x-lb-cache'], body]).toEqual([200, 'HIT', first.body])
    expect(backend.total()).toBe(before)
  })
})
