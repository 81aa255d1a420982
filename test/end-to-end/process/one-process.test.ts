// With one worker the balancer is one process: it starts no other, and nothing passes between processes.
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { callAdmin, SLOW_MS } from '../../support/daemon-process.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { temporaryFolder } from '../../store/temporary-store.ts'
import { startWorkers } from '../workers/worker-daemon.ts'
import { workerOf, workerPids } from '../workers/worker-processes.ts'
import { keepAliveAgent, open, readResponse, responseOf } from '../../support/clients/http-client.ts'

it(
  'one worker is the process itself, which accepts its connections and relays nothing',
  { timeout: SLOW_MS },
  async () => {
    const backend = await startReferee()
    const TMPDIR = temporaryFolder()
    const daemon = await startWorkers(1, [backend], [], { TMPDIR })
    const client = open(`${daemon.url}/v1/chat/completions`, {
      method: 'POST',
      agent: keepAliveAgent(1),
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
    })
    const response = await responseOf(client)
    const { socket } = response
    expect((await readResponse(response)).status).toBe(200)
    expect(workerPids(daemon)).toEqual([])
    expect(await workerOf(daemon, socket)).toBe(daemon.pid)
    expect(readdirSync(TMPDIR)).toEqual([])
    const { stats } = await callAdmin<LiveView>(daemon, 'GET', '/live')
    expect(stats.workers).toBeNull()
  },
)
