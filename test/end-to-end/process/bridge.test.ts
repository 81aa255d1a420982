// Runs the bridge as a separate process.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bridgeTable } from '../../../src/config/bridge-table.ts'
import { builtEntry, launch, SLOW_MS } from '../../support/daemon-process.ts'
import { connectPage } from '../../support/apps/running-bridge.ts'

const runProxy = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  launch({
    command: [process.execPath, builtEntry('ws-proxy')],
    args,
    environment: { WS_HOST: '127.0.0.1', WS_PORT: '0', ...environment },
  })

async function startProxy(environment: Readonly<Record<string, string>>) {
  const launched = runProxy([], environment)
  const { port } = await launched.logged('listening')
  return { ...launched, port: Number(port), url: `http://127.0.0.1:${Number(port)}` }
}

/** A backend that responds to every request after `release`. */
async function startBackend() {
  const released = Promise.withResolvers<void>()
  const server = createServer((_request, response) => void released.promise.then(() => response.end('done')))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, release: released.resolve }
}

describe('ws-proxy', { timeout: SLOW_MS }, () => {
  it('prints its usage, its version, and mistakes in one line', async () => {
    const help = await runProxy(['--help']).exit
    expect([help.code, help.stderr]).toEqual([0, ''])
    for (const { name } of bridgeTable) expect(help.stdout).toContain(name)
    expect((await runProxy(['--version']).exit).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await runProxy(['--port', '1']).exit).toMatchObject({
      code: 2,
      stderr: "ws-proxy: Unknown option '--port'; see ws-proxy --help\n",
    })
    expect(await runProxy([], { WS_PORT: 'eight' }).exit).toMatchObject({
      code: 1,
      stderr: 'ws-proxy: WS_PORT: "eight" is not valid; takes a whole number from 0 to 65535\n',
    })
  })

  it('responds to health checks while it runs', async () => {
    const { port } = await startProxy({})
    expect(await runProxy(['health'], { WS_PORT: String(port) }).exit).toMatchObject({ code: 0, stderr: '' })
    const other = await runProxy(['health'], { WS_PORT: '1' }).exit
    expect(other).toMatchObject({ code: 1, stderr: 'ws-proxy: http://127.0.0.1:1/healthz does not answer\n' })
  })

  it('lets open calls end on SIGTERM, and sums up', async () => {
    const { address, release } = await startBackend()
    const { url, kill, exit, log, logged } = await startProxy({ WS_BALANCER: address })
    const page = await connectPage(url)
    page.send({ id: 1, url: `http://${address}/v1/x`, stream: false })
    page.send({ id: 2, url: 'http://127.0.0.1:1/' })
    await page.next(2, 'error')
    kill('SIGTERM')
    await logged('stopping')
    release()
    await page.next(1, 'response')
    expect((await page.closed)[0]).toBe(1001)
    expect((await exit).code).toBe(0)
    expect(log().at(-1)).toMatchObject({
      msg: 'stopped',
      connections: 1,
      requests: 2,
      errors: { refused_target: 1 },
      seconds: expect.any(Number) as number,
    })
  })
})
