// Runs the two start commands of the README through npm, which builds and starts the daemon.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import { readAll } from '../../simulation/start-backend.ts'
import { temporaryPath } from '../../store/temporary-store.ts'
import {
  ADMIN_TOKEN,
  callAdmin,
  daemonEnvironment,
  findOnPath,
  launch,
  SLOW_MS,
  startDaemon,
  type Daemon,
} from '../../support/daemon-process.ts'
import { openChat, startHeldBackend } from '../../support/upstreams/held-backend.ts'

const throughNpm = { command: ['npm', 'start'] } as const
const inShell = async (line: string, environment: object = {}) =>
  (await promisify(execFile)('sh', ['-c', line], { env: { ...process.env, ...environment } })).stdout

/** Whether anything listens on the port. */
const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

const shownUrl = ({ stdout }: Daemon, label: string): string =>
  new RegExp(`^ *${label} +(http\\S+)$`, 'm').exec(stdout())?.[1] ?? `no ${label} in:\n${stdout()}`

const shownCommand = ({ stdout }: Daemon, path: string): string =>
  stdout()
    .split('\n')
    .find((line) => line.trimStart().startsWith('curl ') && line.includes(path)) ?? `false ${path}`

/** Ends npm, and with it the daemon: nothing stays behind. */
async function stopThroughNpm(daemon: Daemon): Promise<void> {
  daemon.kill('SIGTERM')
  expect(await daemon.exit).toMatchObject({ code: 0, signal: null })
  expect(daemon.log().at(-1)).toMatchObject({ msg: 'stopped' })
  expect(await isOpen(daemon.port)).toBe(false)
}

describe('npm start', { timeout: SLOW_MS }, () => {
  it('-- --demo prints commands that work when pasted, again and again', async ({ skip }) => {
    if (findOnPath('curl').length === 0) skip('there is no curl on the path')
    const path = temporaryPath()
    for (const start of ['first', 'second']) {
      const daemon = await startDaemon({
        ...throughNpm,
        args: ['--', '--demo'],
        environment: { LB_DB_PATH: path },
      })
      expect(shownUrl(daemon, 'Base URL')).toBe(`${daemon.url}/v1`)
      const page = await fetch(shownUrl(daemon, 'Admin'))
      expect(await page.text(), start).toContain('LLM Load Balancer')

      const response = JSON.parse(await inShell(shownCommand(daemon, '/v1/chat/completions'))) as object
      expect(response).toMatchObject({ object: 'chat.completion', model: 'demo-model' })
      const environment = { LB_ADMIN_TOKEN: ADMIN_TOKEN }
      const state = JSON.parse(await inShell(shownCommand(daemon, '/state'), environment)) as StateView
      expect(state.endpoints).toMatchObject(
        ['sim-fast', 'sim-steady', 'sim-slow'].map((name) => ({ name, connected: true, total_failures: 0 })),
      )
      await stopThroughNpm(daemon)
    }
    expect(existsSync(join(dirname(path), 'demo.db'))).toBe(true)
    expect(existsSync(path)).toBe(false)
  })

  it('-- --demo tells how to sign in', async () => {
    const daemon = await startDaemon({
      ...throughNpm,
      args: ['--', '--demo'],
      environment: { LB_ADMIN_TOKEN: undefined },
    })
    const [, command = 'false'] = /^ *Admin token +(cat .+)$/m.exec(daemon.stdout()) ?? []
    const token = (await inShell(command, {})).trim()
    const signedIn = await fetch(`${daemon.url}/admin/api/session`, {
      method: 'POST',
      body: JSON.stringify({ token }),
    })
    expect(signedIn.status).toBe(200)
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    const [, producer = ''] = /^ *Load Producer +(http[^,\s]+)/m.exec(daemon.stdout()) ?? []
    const page = await fetch(producer, { headers: { cookie } })
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/load-producer/'])
  })

  it('alone starts without the demo, and a second one on the same database says so and ends', async () => {
    const path = temporaryPath()
    const first = await startDaemon({ ...throughNpm, environment: { LB_DB_PATH: path } })
    expect(await callAdmin<StateView>(first, 'GET', '/state')).toMatchObject({ endpoints: [] })
    expect((await fetch(`${first.url}/health`)).status).toBe(503)

    const second = await launch({ ...throughNpm, environment: daemonEnvironment(path) }).exit
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`load-balancer: database ${path} is in use by another process\n`)

    expect((await fetch(`${first.url}/livez`)).status).toBe(200)
    await stopThroughNpm(first)
  })

  it('lets an open stream finish at Ctrl-C, which reaches the daemon twice', async () => {
    const backend = await startHeldBackend()
    const daemon = await startDaemon(throughNpm)
    await callAdmin(daemon, 'POST', '/endpoints', {
      body: { name: 'held', base_url: backend.baseUrl, connected: true },
    })
    const [stream] = await openChat(daemon, true)
    daemon.killGroup('SIGINT')
    await daemon.logged('stopping')
    backend.release()
    expect((await readAll(stream)).bytes.toString()).toMatch(/data: \[DONE\]\n\n$/)
    expect(await daemon.exit).toMatchObject({ code: 0, signal: null })
  })
})
