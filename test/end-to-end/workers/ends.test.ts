// How workers end: with their primary, on a signal, when they stand still, and where they cannot listen.
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import { open, readResponse, responseOf } from '../../support/clients/http-client.ts'
import {
  callAdmin,
  daemonEnvironment,
  launch,
  SLOW_MS,
  startDaemon,
  waitFor,
} from '../../support/daemon-process.ts'
import { temporaryPath } from '../../store/temporary-store.ts'
import { startHeldBackend } from '../../support/upstreams/held-backend.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers } from './worker-daemon.ts'
import { workerPids } from './worker-processes.ts'
import { casesOf, isFull } from '../../support/effort.ts'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A port that something else has: `release` frees it. */
async function takePort() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const release = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  onTestFinished(release)
  return { port: (server.address() as AddressInfo).port, release }
}

const startStreams = async (url: string, count: number) => {
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], stream: true })
  const clients = Array.from({ length: count }, () =>
    open(`${url}/v1/chat/completions`, { method: 'POST', body }),
  )
  return (await Promise.all(clients.map(responseOf))).map(readResponse)
}

/** The status of /readyz; undefined where the worker that was asked has been killed. */
const readiness = async (url: string): Promise<number | undefined> => {
  try {
    return (await fetch(`${url}/readyz`, { headers: { connection: 'close' } })).status
  } catch {
    return undefined
  }
}

describe('workers', { timeout: SLOW_MS }, () => {
  it.each(casesOf(['SIGTERM', 'SIGINT'] as const, 1))(
    'finish their streams on a %s to the process group, and all is stored',
    async (signal) => {
      const backend = await startHeldBackend()
      const path = temporaryPath()
      const daemon = await startWorkers(3, [backend], [], { LB_DB_PATH: path })
      const streams = await startStreams(daemon.url, 9)
      const pids = workerPids(daemon)
      daemon.killGroup(signal)
      await daemon.logged('stopping')
      backend.release()
      for (const stream of await Promise.all(streams)) {
        expect(stream.isComplete).toBe(true)
        expect(stream.text).toContain('[DONE]')
      }
      expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
      expect(daemon.log().at(-1)).toMatchObject({ msg: 'stopped' })
      expect(daemon.log().filter(({ msg }) => msg === 'worker ended')).toEqual([])
      expect(pids.filter(isAlive)).toEqual([])
      const again = await startDaemon({ environment: { LB_DB_PATH: path } })
      const { endpoints } = await callAdmin<StateView>(again, 'GET', '/state')
      expect(endpoints).toMatchObject([
        { total_requests: 9, total_success: 9, prompt_tokens_total: 27, completion_tokens_total: 45 },
      ])
    },
  )

  it('end in time although streams hang', async () => {
    const backend = await startHeldBackend()
    const daemon = await startWorkers(2, [backend], [], { LB_DRAIN_TIMEOUT_SECONDS: '1' })
    const streams = await startStreams(daemon.url, 4)
    daemon.kill('SIGTERM')
    const complete = (await Promise.all(streams)).map(({ isComplete }) => isComplete)
    expect(complete).toEqual([false, false, false, false])
    expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
  })

  it.runIf(isFull)('end with the primary, whose port is free then', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(3, [backend])
    const pids = workerPids(daemon)
    expect(pids).toHaveLength(3)
    daemon.kill('SIGKILL')
    await waitFor('the end of all', () => pids.every((pid) => !isAlive(pid)) || undefined)
    await startDaemon({ environment: { LB_WORKERS: '2', LB_PORT: String(daemon.port) } })
  })

  it('that cannot listen are told of in one line', async () => {
    const { port } = await takePort()
    const { exit } = launch({
      environment: { ...daemonEnvironment(), LB_WORKERS: '3', LB_PORT: String(port) },
    })
    const { code, stderr } = await exit
    expect(code).toBe(1)
    expect(stderr).toMatch(/^load-balancer: [^\n]*EADDRINUSE[^\n]*\n$/)
  })

  it('that end soon after their start one after the other make the daemon unready for a while', async () => {
    const { port, release } = await takePort()
    await release()
    const backend = await startReferee()
    const daemon = await startWorkers(2, [backend], [], { LB_PORT: String(port) })
    await waitFor('503 of /readyz', async () => {
      const pids = workerPids(daemon)
      // One lives on.
      if (pids.length === 2) process.kill(Math.max(...pids), 'SIGKILL')
      return (await readiness(daemon.url)) === 503 || undefined
    })
    expect((await daemon.complete()).status).toBe(200)
    await waitFor('200 of /readyz', async () => ((await readiness(daemon.url)) === 200 ? true : undefined))
    expect(workerPids(daemon)).toHaveLength(2)
  })

  it.runIf(isFull)(
    'that stand still are ended and replaced, and cost only what they were handed',
    async () => {
      const backend = await startReferee()
      const daemon = await startWorkers(2, [backend])
      const [stopped = 0] = workerPids(daemon)
      process.kill(stopped, 'SIGSTOP')
      const replies = await Promise.allSettled(Array.from({ length: 20 }, () => daemon.complete()))
      const broken = replies.filter(({ status }) => status === 'rejected')
      expect(broken.length).toBeLessThanOrEqual(1)
      const line = await daemon.logged('worker stands still and is ended')
      expect(line).toMatchObject({ level: 'fatal', pid: stopped })
      await waitFor(
        'another worker',
        () => (workerPids(daemon).length === 2 && !isAlive(stopped)) || undefined,
      )
      const after = await Promise.all(Array.from({ length: 10 }, () => daemon.complete()))
      expect(after.map(({ status }) => status)).toEqual(after.map(() => 200))
    },
  )
})
