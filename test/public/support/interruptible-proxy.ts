/** A TCP proxy in front of the server that can be stopped and started again at the same address. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface InterruptibleProxy {
  /** The same after a reconnect. */
  readonly url: string
  /** Closes all connections and refuses new ones. */
  disconnect(): Promise<void>
  /** Accepts connections again. */
  reconnect(): Promise<void>
  /** Stops forwarding on open connections without closing them, as on a network that drops all packets. */
  freeze(): void
}

export async function openInterruptibleProxy(serverPort: number): Promise<InterruptibleProxy> {
  const sockets = new Set<Socket>()
  let server: Server | undefined

  const forward = (client: Socket): void => {
    const upstream = connect(serverPort, '127.0.0.1')
    for (const [source, target] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(source)
      source.pipe(target)
      source.on('error', () => target.destroy())
      source.on('close', () => {
        sockets.delete(source)
        target.destroy()
      })
    }
  }
  const listen = async (port: number): Promise<number> => {
    server = createServer(forward).listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  async function disconnect(): Promise<void> {
    const closed = server && once(server, 'close')
    server?.close()
    for (const socket of sockets) socket.destroy()
    await closed
    server = undefined
  }
  onTestFinished(disconnect)
  return {
    url: `http://127.0.0.1:${port}`,
    disconnect,
    freeze() {
      for (const socket of sockets) socket.unpipe()
    },
    reconnect: async () => void (await listen(port)),
  }
}
