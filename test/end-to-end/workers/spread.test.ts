// Kept-alive connections are spread evenly over the worker processes, even where there are few.
import { Agent } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { callAdmin, SLOW_MS, waitFor } from '../../support/daemon-process.ts'
import { open } from '../../support/clients/http-client.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers } from './worker-daemon.ts'

const WORKERS = 2
const CONNECTIONS = 8 * WORKERS

it(
  'eight kept-alive connections a worker, opened one by one, are spread within a fifth',
  { timeout: SLOW_MS },
  async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(WORKERS, [backend])
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })
    backend.hold()
    for (let opened = 1; opened <= CONNECTIONS; opened += 1) {
      open(`${daemon.url}/v1/chat/completions`, { method: 'POST', agent, body }).on('response', (response) =>
        response.resume(),
      )
      // Of connections that are opened at once a worker that is slower to take them over gets fewer.
      await backend.holds(opened)
    }
    const spread = await waitFor('all requests in the figures', async () => {
      const { stats } = await callAdmin<LiveView>(daemon, 'GET', '/live')
      const inflight = stats.workers?.running.map((worker) => worker.inflight) ?? []
      return inflight.reduce((sum, each) => sum + each, 0) === CONNECTIONS ? inflight : undefined
    })
    backend.release()
    const even = CONNECTIONS / WORKERS
    expect(spread).toHaveLength(WORKERS)
    for (const each of spread) expect(Math.abs(each - even) / even).toBeLessThanOrEqual(0.2)
  },
)
