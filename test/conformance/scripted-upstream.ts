// A backend on 127.0.0.1 that does what a script says, byte by byte, and keeps what it has seen.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createMessageReader, type MessageHead } from './http-message.ts'

interface SeenRequest extends MessageHead {
  readonly body: Buffer
}

/** One request on its connection, which the script answers as it likes. */
export interface Exchange {
  readonly request: SeenRequest
  /** Resolves once the kernel has taken the bytes. @returns false where the connection is gone. */
  write(bytes: string | Buffer): Promise<boolean>
  /** Ends the connection in good order (FIN). */
  end(): void
  /** Breaks the connection (RST). */
  reset(): void
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>
  isClosed(): boolean
}

export type Script = (exchange: Exchange) => Promise<void> | void

export interface ScriptedUpstream {
  readonly port: number
  /** Every request whose body has arrived, in order. */
  readonly exchanges: readonly Exchange[]
  /** What happens to requests from now on. */
  follow(script: Script): void
  /** Resolves with the request of this index as soon as it has arrived. */
  exchange(index: number): Promise<Exchange>
  /** As when its process crashes: every connection is reset, and no new one accepted. */
  crash(): void
  close(): Promise<void>
}

/** Where a FIN is under way, Node fails to reset and leaves the connection open for good. */
const breakConnection = (socket: Socket): void =>
  void (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy())

function openExchange(socket: Socket, request: SeenRequest, closed: Promise<void>): Exchange {
  return {
    request,
    write: (bytes) =>
      new Promise((resolve) => {
        socket.write(bytes, (error) => resolve(error == null))
      }),
    end: () => void socket.end(),
    reset: () => breakConnection(socket),
    closed,
    isClosed: () => socket.destroyed,
  }
}

/** Hands on the requests of a connection one after another. */
function readRequests(socket: Socket, onRequest: (exchange: Exchange) => void): void {
  let reader = createMessageReader('request')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('data', (bytes: Buffer) => {
    reader.push(bytes)
    while (reader.isComplete && reader.head) {
      onRequest(openExchange(socket, { ...reader.head, body: reader.body() }, closed))
      const rest = reader.rest()
      reader = createMessageReader('request')
      reader.push(rest)
    }
  })
}

/** @param port - 0 for any free one. */
export async function startScriptedUpstream(port = 0): Promise<ScriptedUpstream> {
  const exchanges: Exchange[] = []
  const sockets = new Set<Socket>()
  const waiting = new Map<number, (exchange: Exchange) => void>()
  let script: Script = () => undefined

  const play = async (exchange: Exchange): Promise<void> => {
    try {
      await script(exchange)
    } catch {
      // What a script waited for in vain is told by the case; its client must not wait as long.
      exchange.reset()
    }
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    readRequests(socket, (exchange) => {
      waiting.get(exchanges.length)?.(exchange)
      exchanges.push(exchange)
      void play(exchange)
    })
  })
  server.listen({ port, host: '127.0.0.1', backlog: 4096 })
  await once(server, 'listening')

  const crash = (): void => {
    if (server.listening) server.close()
    for (const socket of sockets) breakConnection(socket)
  }
  return {
    port: (server.address() as AddressInfo).port,
    exchanges,
    follow(next) {
      script = next
    },
    exchange(index) {
      const arrived = exchanges[index]
      if (arrived) return Promise.resolve(arrived)
      return new Promise((resolve) => waiting.set(index, resolve))
    },
    crash,
    async close() {
      const closed = server.listening ? once(server, 'close') : undefined
      crash()
      await closed
    },
  }
}
