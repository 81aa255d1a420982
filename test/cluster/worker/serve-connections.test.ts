// Connections that one process accepts are served by a server that does not listen, as one that does would serve them.
import { Agent, createServer, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { acceptConnections } from '../../../src/cluster/primary/accept-connections.ts'
import { serveConnections } from '../../../src/cluster/worker/serve-connections.ts'

const HIGH_WATER_MARK = 1_234

async function start(host: string) {
  const server = createServer((incoming, response) => {
    const { writableHighWaterMark: highWaterMark, allowHalfOpen, remoteAddress } = incoming.socket
    response.end(JSON.stringify({ highWaterMark, allowHalfOpen, remoteAddress }))
  })
  let closed = 0
  const connections = serveConnections(server, HIGH_WATER_MARK, () => (closed += 1))
  const acceptor = await acceptConnections({ host, port: 0, backlog: 511 }, connections.serve)
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => {
    acceptor.close()
    agent.destroy()
    server.closeAllConnections()
  })
  const ask = async (): Promise<unknown> => {
    const client = request({ host, port: acceptor.address.port, agent }).end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    return JSON.parse(await text(response))
  }
  return { server, connections, acceptor, ask, closed: () => closed }
}

it('serves them with the settings of a server that listens, and closes idle ones', async () => {
  const { server, connections, ask, closed } = await start('127.0.0.1')
  const settings = { highWaterMark: HIGH_WATER_MARK, allowHalfOpen: true, remoteAddress: '127.0.0.1' }
  expect(await ask()).toEqual(settings)
  expect(await ask()).toEqual(settings)
  expect([connections.open(), closed()]).toEqual([1, 0])
  await expect
    .poll(() => {
      server.closeIdleConnections()
      return [connections.open(), closed()]
    })
    .toEqual([0, 1])
})

it('is reached at a name that has several addresses', async () => {
  const { ask, acceptor } = await start('localhost')
  expect(await ask()).toMatchObject({ allowHalfOpen: true })
  acceptor.close()
})

it('is not started where the port is taken', async () => {
  const { acceptor } = await start('127.0.0.1')
  await expect(
    acceptConnections({ ...acceptor.address, host: '127.0.0.1', backlog: 511 }, () => undefined),
  ).rejects.toMatchObject({
    code: 'EADDRINUSE',
    syscall: 'listen',
  })
})
