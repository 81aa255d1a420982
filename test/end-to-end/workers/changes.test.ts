// Once a change has been answered every worker serves by it, as the backends see it.
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { digestSecret } from '../../../src/config/secret-digest.ts'
import { callAdmin, SLOW_MS, startDaemon } from '../../support/daemon-process.ts'
import { open, readResponse, responseOf, send } from '../../support/clients/http-client.ts'
import { startHeldBackend } from '../../support/upstreams/held-backend.ts'
import { temporaryPath } from '../../store/temporary-store.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers, type WorkerDaemon } from './worker-daemon.ts'
import { isFull } from '../../support/effort.ts'

const WORKERS = 3
const ROUNDS = 5

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Statuses of many requests at once, each on a connection of its own. */
const many = async (daemon: WorkerDaemon, headers = {}, fields = {}): Promise<Set<number>> => {
  const sent = Array.from({ length: 6 * WORKERS }, () => daemon.complete(fields, headers))
  return new Set((await Promise.all(sent)).map(({ status }) => status))
}

const tokenOf = (index: number): string => `token-number-${index}-of-many`

/** Adds copies of the one client token that is stored. */
function addTokens(path: string, count: number): void {
  const database = new Database(path)
  const columns = (database.pragma('table_info(client_tokens)') as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== 'id' && name !== 'name' && name !== 'digest')
    .join()
  const copy = database.prepare(
    `insert into client_tokens (name, digest, ${columns}) select ?, ?, ${columns} from client_tokens where id = 1`,
  )
  database.transaction(() => {
    for (let index = 0; index < count; index += 1) copy.run(`copy ${index}`, digestSecret(tokenOf(index)))
  })()
  database.close()
}

describe('a change of the configuration', { timeout: SLOW_MS }, () => {
  it('of an endpoint counts everywhere once it is answered', async () => {
    const [first, second] = [await startReferee(), await startReferee()]
    const daemon = await startWorkers(WORKERS, [first, second])
    const [firstId, secondId] = daemon.endpointIds
    for (let round = 0; round < ROUNDS; round += 1) {
      await callAdmin(daemon, 'PATCH', `/endpoints/${firstId}`, { body: { enabled: false } })
      const before = first.total()
      expect(await many(daemon)).toEqual(new Set([200]))
      expect(first.total()).toBe(before)
      await callAdmin(daemon, 'PATCH', `/endpoints/${firstId}`, { body: { enabled: true } })
      await callAdmin(daemon, 'PATCH', `/endpoints/${secondId}`, { body: { enabled: false } })
      const others = second.total()
      expect(await many(daemon)).toEqual(new Set([200]))
      expect(second.total()).toBe(others)
      await callAdmin(daemon, 'PATCH', `/endpoints/${secondId}`, { body: { enabled: true } })
    }
  })

  it('that makes or deletes an endpoint or a client token counts everywhere once it is answered', async () => {
    const [first, second] = [await startReferee(), await startReferee()]
    const daemon = await startWorkers(WORKERS, [first])
    const create = (name: string) =>
      callAdmin<{ id: number; token: string }>(daemon, 'POST', '/tokens', { body: { name } })
    await create('first')
    for (let round = 0; round < ROUNDS; round += 1) {
      const { id, token } = await create(`token ${round}`)
      expect(await many(daemon, bearer(token))).toEqual(new Set([200]))
      const body = {
        name: `other ${round}`,
        base_url: second.baseUrl,
        connected: true,
      }
      const made = await callAdmin<{ id: number }>(daemon, 'POST', '/endpoints', { body })
      const before = second.total()
      expect(await many(daemon, bearer(token))).toEqual(new Set([200]))
      expect(second.total()).toBeGreaterThan(before)
      await callAdmin(daemon, 'DELETE', `/endpoints/${made.id}`)
      const after = second.total()
      expect(await many(daemon, bearer(token))).toEqual(new Set([200]))
      expect(second.total()).toBe(after)
      await callAdmin(daemon, 'DELETE', `/tokens/${id}`)
      expect(await many(daemon, bearer(token))).toEqual(new Set([401]))
    }
  })

  it('ends requests in flight of all workers', async () => {
    const backend = await startHeldBackend()
    const daemon = await startWorkers(WORKERS, [backend])
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], stream: true })
    const clients = Array.from({ length: 9 }, () =>
      open(`${daemon.url}/v1/chat/completions`, { method: 'POST', body }),
    )
    const reads = (await Promise.all(clients.map(responseOf))).map(readResponse)
    await callAdmin(daemon, 'PATCH', `/endpoints/${daemon.endpointIds[0]}?in_flight=end`, {
      body: { enabled: false },
    })
    for (const read of await Promise.all(reads)) expect(read.text).not.toContain('[DONE]')
    await daemon.told('nothing in flight', ({ stats }) => stats.total_inflight === 0)
  })
})

it.runIf(isFull)(
  'workers know all of 20,000 client tokens before they serve',
  { timeout: SLOW_MS },
  async () => {
    const path = temporaryPath()
    const backend = await startReferee()
    const first = await startDaemon({ environment: { LB_DB_PATH: path } })
    await callAdmin(first, 'POST', '/endpoints', {
      body: { name: 'backend', base_url: backend.baseUrl, connected: true },
    })
    await callAdmin(first, 'POST', '/tokens', { body: { name: 'one', token: 'the-token-that-is-copied' } })
    first.kill('SIGTERM')
    await first.exit
    addTokens(path, 20_000)
    const daemon = await startDaemon({ environment: { LB_DB_PATH: path, LB_WORKERS: String(WORKERS) } })
    const sent = Array.from({ length: 30 }, (_, index) =>
      send(`${daemon.url}/v1/chat/completions`, {
        method: 'POST',
        headers: bearer(tokenOf(index * 666)),
        body: '{"messages":[{"role":"user","content":"Hello"}]}',
      }),
    )
    expect(new Set((await Promise.all(sent)).map(({ status }) => status))).toEqual(new Set([200]))
  },
)
