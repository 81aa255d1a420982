// Starts a worker's server that relays all it receives to a primary's, over the private socket.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onBridgeUpgrade } from '../../../src/app/http/bridge-upgrades.ts'
import { createClientErrorHandler } from '../../../src/app/http/client-error-handler.ts'
import { createNodeServer } from '../../../src/app/http/create-node-server.ts'
import { createPrivateListener } from '../../../src/app/http/relay/private-listener.ts'
import { createRelay } from '../../../src/app/http/relay/relay.ts'
import { readVersion } from '../../../src/config/version.ts'
import { onEnd } from '../lifetime.ts'

const VERSION = readVersion()

/** @param socketPath - of the primary. */
export async function startWorker(socketPath: string) {
  const failures: Error[] = []
  const relay = createRelay({ socketPath, version: VERSION, onError: (error) => failures.push(error) })
  const server = createNodeServer((request, response) => relay.handle(request, response))
  server.on('clientError', createClientErrorHandler(VERSION))
  onBridgeUpgrade(server, relay.handleUpgrade)
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve))
  onEnd(() => {
    relay.close()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}`, server, relay, failures }
}

/** @param primary - need not listen itself. */
export async function startRelay(primary: Server) {
  const listener = await createPrivateListener(primary)
  onEnd(() => listener.close(0))
  return { ...(await startWorker(listener.socketPath)), listener }
}
