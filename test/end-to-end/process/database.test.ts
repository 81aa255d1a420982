// Checks how the daemon starts with an existing database, a port in use and a token file.
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ClientTokenCreated } from '../../../src/contract/client-token.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { chatOf, startBackend } from '../../simulation/start-backend.ts'
import { temporaryPath } from '../../store/temporary-store.ts'
import {
  ADMIN_TOKEN,
  callAdmin,
  daemonEnvironment,
  launch,
  SLOW_MS,
  startDaemon,
  type Daemon,
} from '../../support/daemon-process.ts'

const originalFixture = new URL('../../fixtures/original-v3.db', import.meta.url).pathname

const refusedStart = (environment: Record<string, string | undefined>) =>
  launch({ environment: { ...daemonEnvironment(), ...environment } }).exit

const chat = ({ url }: Daemon, token: string) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(chatOf()),
  })

const livez = async ({ url }: Daemon): Promise<number> => (await fetch(`${url}/livez`)).status

describe('at its start the daemon', { timeout: SLOW_MS }, () => {
  it('reports in one line that its database is in use, and does not disturb the process that uses it', async () => {
    const path = temporaryPath()
    const first = await startDaemon({ environment: { LB_DB_PATH: path } })
    expect(await refusedStart({ LB_DB_PATH: path })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `load-balancer: database ${path} is in use by another process\n`,
    })
    expect(await livez(first)).toBe(200)
    await callAdmin(first, 'POST', '/incoming-blocks', { body: { name: 'still writable' } })
  })

  it('reports in one line that its port is in use', async () => {
    const first = await startDaemon()
    const { code, stderr } = await refusedStart({ LB_PORT: String(first.port) })
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^load-balancer: .*EADDRINUSE.*127\\.0\\.0\\.1:${first.port}\n$`))
    expect(await livez(first)).toBe(200)
  })

  it('reports in one line that its database is not a database, and does not change it', async () => {
    const path = temporaryPath()
    const text = 'a letter that somebody has saved under this name\n'.repeat(100)
    writeFileSync(path, text)
    expect(await refusedStart({ LB_DB_PATH: path })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `load-balancer: database ${path} is not an SQLite file\n`,
    })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  it('makes an admin token where none is set, keeps it to itself, and finds it again', async () => {
    const { baseUrl } = await startBackend()
    const environment = { LB_DB_PATH: temporaryPath(), LB_ADMIN_TOKEN: undefined, LB_LOG_LEVEL: 'TRACE' }
    const secrets = ['sk-key-of-the-upstream', 'token-nobody-knows']
    for (const created of [true, false]) {
      const daemon = await startDaemon({ environment })
      const line = await daemon.logged('admin token is in this file')
      const tokenPath = `${environment.LB_DB_PATH}.admin-token`
      expect(line).toMatchObject({ path: tokenPath, created })
      expect(statSync(tokenPath).mode & 0o777).toBe(0o600)
      const token = readFileSync(tokenPath, 'utf8').trim()
      if (!created) expect(secrets).toContain(token)
      secrets.push(token)

      if (created) {
        const body = { name: 'upstream', base_url: baseUrl, api_key: secrets[0], connected: true }
        await callAdmin(daemon, 'POST', '/endpoints', { token, body })
      }
      const client = await callAdmin<ClientTokenCreated>(daemon, 'POST', '/tokens', {
        token,
        body: { name: 'client' },
      })
      secrets.push(client.token)
      expect((await chat(daemon, client.token)).status).toBe(200)
      expect((await chat(daemon, 'token-nobody-knows')).status).toBe(401)
      await callAdmin(daemon, 'GET', '/state', { token: 'token-nobody-knows', status: 401 })
      await callAdmin(daemon, 'GET', '/state', { token: ADMIN_TOKEN, status: 401 })

      daemon.kill('SIGTERM')
      const { code, stdout, stderr } = await daemon.exit
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain('"msg":"request"')
      expect(secrets.filter((secret) => stdout.includes(secret))).toEqual([])
    }
  })

  it("migrates the Python original's database, and its clients keep working", async () => {
    const path = temporaryPath()
    copyFileSync(originalFixture, path)
    const daemon = await startDaemon({ environment: { LB_DB_PATH: path } })
    const { backup } = await daemon.logged(
      'database migrated; the backup holds client tokens in clear: delete it soon',
    )
    expect(readFileSync(String(backup)).includes('legacy-client-token')).toBe(true)

    const state = await callAdmin<StateView>(daemon, 'GET', '/state')
    expect(state).toMatchObject({
      routing_mode: 'priority',
      endpoints: [
        { id: 1, name: 'vllm-legacy', connected: true, has_api_key: true },
        { id: 2, name: 'spare', connected: false },
      ],
      incoming_blocks: [
        { id: 1, name: 'Incoming 1' },
        { id: 2, name: 'Setup B' },
      ],
      client_tokens: [{ id: 1, name: 'old-client', incoming_block_id: 2, preferred_endpoint_id: 1 }],
    })
    const { baseUrl, served } = await startBackend()
    await callAdmin(daemon, 'PATCH', '/endpoints/1', {
      body: { base_url: baseUrl, api_key: 'sk-of-the-new-origin' },
    })
    expect((await chat(daemon, 'legacy-client-token')).status).toBe(200)
    expect((await chat(daemon, 'legacy-client-tokem')).status).toBe(401)
    expect(served().routes['/v1/chat/completions']).toMatchObject({ finished: 1 })
  })
})
