// Checks the drain on a signal: no new request starts, open requests finish, and counters are stored.
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import { readAll } from '../../simulation/start-backend.ts'
import { temporaryPath } from '../../store/temporary-store.ts'
import {
  ADMIN_TOKEN,
  callAdmin,
  SLOW_MS,
  startDaemon,
  waitFor,
  type Daemon,
  type Exit,
} from '../../support/daemon-process.ts'
import { openEvents } from '../../support/clients/event-reader.ts'
import { heldUsage, openChat, startHeldBackend } from '../../support/upstreams/held-backend.ts'
import { casesOf } from '../../support/effort.ts'

async function startWired(environment: Record<string, string> = {}) {
  const backend = await startHeldBackend()
  const path = temporaryPath()
  const daemon = await startDaemon({ environment: { LB_DB_PATH: path, ...environment } })
  await callAdmin(daemon, 'POST', '/endpoints', {
    body: { name: 'held', base_url: backend.baseUrl, connected: true },
  })
  return { backend, daemon, path }
}

/** What a new client meets: a refused or broken connection, or the status and code of a response. */
async function knock({ url }: Daemon): Promise<string> {
  try {
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{"messages":[]}' })
    const { code } = (await response.json()) as { code?: string }
    return `${response.status} ${code}`
  } catch {
    return 'refused'
  }
}

/** A connection that its client would keep open for ever. */
function keepConnection({ url }: Daemon) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  return {
    send: (request: string, body = '') =>
      socket.write(
        `${request} HTTP/1.1\r\nHost: balancer\r\nConnection: keep-alive\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    began: () => new Promise((resolve) => socket.once('readable', resolve)),
    /** All that came, once the other side has closed it. */
    closed: () => text(socket),
  }
}

describe('a signal to the daemon', { timeout: SLOW_MS }, () => {
  it.each(casesOf(['SIGINT', 'SIGTERM'] as const, 1))(
    '%s lets open requests finish and refuses new ones',
    async (signal) => {
      const { backend, daemon, path } = await startWired()
      const [streamed] = await openChat(daemon, true)
      const unstreamed = openChat(daemon, false)
      await backend.holds(2)

      daemon.kill(signal)
      expect(await daemon.logged('stopping')).toMatchObject({ signal })
      expect(await knock(daemon)).toMatch(/^(refused|503 LB_ERR_DRAINING)$/)
      expect(backend.held()).toBe(2)

      backend.release()
      const stream = await readAll(streamed)
      expect(stream.isComplete).toBe(true)
      expect(stream.bytes.toString()).toMatch(/one[^]*two[^]*data: \[DONE\]\n\n$/)
      const [answer] = await unstreamed
      expect(answer.statusCode).toBe(200)
      expect(answer.headers.connection).toBe('close')
      expect((await readAll(answer)).bytes.toString()).toContain('late')
      expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
      expect(daemon.log().at(-1)).toMatchObject({ msg: 'stopped' })

      const again = await startDaemon({ environment: { LB_DB_PATH: path } })
      const { endpoints } = await callAdmin<StateView>(again, 'GET', '/state')
      expect(endpoints).toMatchObject([
        {
          total_requests: 2,
          total_success: 2,
          prompt_tokens_total: 2 * heldUsage.prompt_tokens,
          completion_tokens_total: 2 * heldUsage.completion_tokens,
        },
      ])
    },
  )

  it('ends the streams of live events with bye, and does not wait for a reader that has stalled', async () => {
    const { daemon } = await startWired({ LB_DRAIN_TIMEOUT_SECONDS: '86400' })
    const watch = () => openEvents(`${daemon.url}/admin/api/events`, { 'x-admin-token': ADMIN_TOKEN })
    const [reader, sleeper] = [await watch(), await watch()]
    await reader.next('live')
    sleeper.response.pause()
    daemon.kill('SIGTERM')
    expect(await reader.next('bye')).toEqual({ reason: 'shutting_down' })
    expect(await reader.ended).toEqual({ clean: true })
    expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
  })

  it('closes kept-alive connections: idle ones at once, busy ones after their response, which has connection: close', async () => {
    const { backend, daemon } = await startWired({ LB_DRAIN_TIMEOUT_SECONDS: '86400' })
    const [idle, busy] = [keepConnection(daemon), keepConnection(daemon)]
    idle.send('GET /livez')
    await idle.began()
    busy.send('POST /v1/chat/completions', JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }))
    await backend.holds(1)
    daemon.kill('SIGTERM')
    expect(await idle.closed()).toMatch(/^HTTP\/1.1 200 /)
    expect(backend.held()).toBe(1)
    backend.release()
    const answer = await busy.closed()
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(answer).toMatch(/\r\nconnection: close\r\n/i)
    expect(answer).toContain('late')
    expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
  })

  it('ends it in time although a stream hangs, which its client sees as broken', async () => {
    const { backend, daemon } = await startWired({ LB_DRAIN_TIMEOUT_SECONDS: '1' })
    const [streamed] = await openChat(daemon, true)
    const unanswered = openChat(daemon, false).then(
      () => 'answered',
      () => 'broken',
    )
    await backend.holds(2)
    daemon.kill('SIGTERM')
    expect((await readAll(streamed)).isComplete).toBe(false)
    expect(await unanswered).toBe('broken')
    expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(daemon.log().at(-1)).toMatchObject({ msg: 'stopped' })
  })

  it('given again some time later ends it at once', async () => {
    const { daemon } = await startWired({ LB_DRAIN_TIMEOUT_SECONDS: '86400' })
    await openChat(daemon, true)
    let exit: Exit | undefined
    void daemon.exit.then((ended) => (exit = ended))
    await waitFor('the end', () => {
      if (exit === undefined) daemon.kill('SIGINT')
      return exit
    })
    expect(exit).toMatchObject({ code: 1, signal: null, stderr: '' })
  })
})
