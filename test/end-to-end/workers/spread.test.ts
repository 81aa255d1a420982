// Kept-alive connections are spread evenly over the worker processes, even where there are few, and opened at once.
import { Agent } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { callAdmin, SLOW_MS, waitFor } from '../../support/daemon-process.ts'
import { open } from '../../support/clients/http-client.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers } from './worker-daemon.ts'

const EACH = 8

it.each([
  { workers: 2, opened: 'one by one' },
  { workers: 2, opened: 'at once' },
  { workers: 4, opened: 'at once' },
])(
  'eight kept-alive connections a worker, opened $opened, are spread over $workers within a fifth',
  { timeout: SLOW_MS },
  async ({ workers, opened }) => {
    const backend = await startReferee()
    const daemon = await startWorkers(workers, [backend])
    const connections = EACH * workers
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })
    backend.hold()
    for (let count = 1; count <= connections; count += 1) {
      open(`${daemon.url}/v1/chat/completions`, { method: 'POST', agent, body }).on('response', (response) =>
        response.resume(),
      )
      if (opened === 'one by one') await backend.holds(count)
    }
    await backend.holds(connections)
    const spread = await waitFor('all requests in the figures', async () => {
      const { stats } = await callAdmin<LiveView>(daemon, 'GET', '/live')
      const inflight = stats.workers?.running.map((worker) => worker.inflight) ?? []
      return inflight.reduce((sum, each) => sum + each, 0) === connections ? inflight : undefined
    })
    backend.release()
    expect(spread).toHaveLength(workers)
    for (const each of spread) expect(Math.abs(each - EACH) / EACH).toBeLessThanOrEqual(0.2)
  },
)
