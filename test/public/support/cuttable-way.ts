/** A way to the server that can be cut and mended: to a browser the server is gone, and is there again at the same address. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface CuttableWay {
  /** Stays the same. */
  readonly url: string
  /** Ends what is open and lets nobody in. */
  cut(): Promise<void>
  mend(): Promise<void>
  /** Passes nothing on any more of what is open, and ends none of it: as on a network that has gone without a word. */
  freeze(): void
}

export async function openCuttableWay(serverPort: number): Promise<CuttableWay> {
  const sockets = new Set<Socket>()
  let server: Server | undefined

  const join = (client: Socket): void => {
    const upstream = connect(serverPort, '127.0.0.1')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  }
  const listen = async (port: number): Promise<number> => {
    server = createServer(join).listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  async function cut(): Promise<void> {
    const closed = server && once(server, 'close')
    server?.close()
    for (const socket of sockets) socket.destroy()
    await closed
    server = undefined
  }
  onTestFinished(cut)
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    freeze() {
      for (const socket of sockets) socket.unpipe()
    },
    mend: async () => void (await listen(port)),
  }
}
