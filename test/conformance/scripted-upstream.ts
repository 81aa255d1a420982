// A backend on 127.0.0.1 that follows a script byte by byte and records the requests.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createMessageReader, type MessageHead } from './http-message.ts'

interface SeenRequest extends MessageHead {
  readonly body: Buffer
}

/** One HTTP exchange: a request and the connection on which the script responds. */
export interface Exchange {
  readonly request: SeenRequest
  /** Resolves once the kernel has accepted the bytes. @returns false if the connection is closed. */
  write(bytes: string | Buffer): Promise<boolean>
  /** Ends the connection with FIN. */
  end(): void
  /** Resets the connection (RST). */
  reset(): void
  /** Resolves when the connection is closed by either side. */
  readonly closed: Promise<void>
  isClosed(): boolean
}

export type Script = (exchange: Exchange) => Promise<void> | void

export interface ScriptedUpstream {
  readonly port: number
  /** Every request whose body has arrived, in order. */
  readonly exchanges: readonly Exchange[]
  /** Sets the script for later requests. */
  follow(script: Script): void
  /** Resolves with the request of this index as soon as it has arrived. */
  exchange(index: number): Promise<Exchange>
  /** Simulates a crash: resets every connection and accepts no new one. */
  crash(): void
  close(): Promise<void>
}

/** After `end`, resetAndDestroy leaves the connection open, so that it is destroyed instead. */
const resetConnection = (socket: Socket): void =>
  void (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy())

function createExchange(socket: Socket, request: SeenRequest, closed: Promise<void>): Exchange {
  return {
    request,
    write: (bytes) =>
      new Promise((resolve) => {
        socket.write(bytes, (error) => resolve(error == null))
      }),
    end: () => void socket.end(),
    reset: () => resetConnection(socket),
    closed,
    isClosed: () => socket.destroyed,
  }
}

/** Reports the requests of a connection one after another. */
function readRequests(socket: Socket, onRequest: (exchange: Exchange) => void): void {
  let reader = createMessageReader('request')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('data', (bytes: Buffer) => {
    reader.push(bytes)
    while (reader.isComplete && reader.head) {
      onRequest(createExchange(socket, { ...reader.head, body: reader.body() }, closed))
      const rest = reader.rest()
      reader = createMessageReader('request')
      reader.push(rest)
    }
  })
}

/** A request that balancers send on their own, at any time. */
const isModelList = ({ request }: Exchange): boolean => /^GET \S*\/(?:models|info) /.test(request.startLine)
const NO_MODELS = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'

interface ScriptedOptions {
  /** Default 0, for any free one. */
  readonly port?: number
  /** Whether requests for a list of models get 404, unseen by the script. Default false. */
  readonly hidesModelLists?: boolean
}

export async function startScriptedUpstream({
  port = 0,
  hidesModelLists = false,
}: ScriptedOptions = {}): Promise<ScriptedUpstream> {
  const exchanges: Exchange[] = []
  const sockets = new Set<Socket>()
  const waiting = new Map<number, (exchange: Exchange) => void>()
  let script: Script = () => undefined

  const runScript = async (exchange: Exchange): Promise<void> => {
    try {
      await script(exchange)
    } catch {
      // The case reports why a script failed; the reset ends the client's wait.
      exchange.reset()
    }
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    readRequests(socket, (exchange) => {
      if (hidesModelLists && isModelList(exchange)) return void exchange.write(NO_MODELS)
      waiting.get(exchanges.length)?.(exchange)
      exchanges.push(exchange)
      void runScript(exchange)
    })
  })
  server.listen({ port, host: '127.0.0.1', backlog: 4096 })
  await once(server, 'listening')

  const crash = (): void => {
    if (server.listening) server.close()
    for (const socket of sockets) resetConnection(socket)
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
