// A client that records every byte of its response and how the connection ended, and can stop reading or disconnect at any time.
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createMessageReader, statusOf } from './http-message.ts'
import { within } from './patience.ts'

export interface RawRequest {
  readonly url: string
  readonly body: string
  readonly authorization: string | undefined
  /** Limit of each wait. */
  readonly waitMs: number
}

/** complete: by HTTP's framing; cut: the connection closed earlier. */
type Ending = 'complete' | 'cut'

export interface RawResponse {
  /** HTTP status; 0 before the head has arrived. */
  status(): number
  header(name: string): string | undefined
  body(): Buffer
  text(): string
  /** Bytes of body so far. */
  length(): number
  /** Resolves once `check` holds, evaluated whenever bytes arrive; rejects if the response ends before. */
  until(what: string, check: () => boolean): Promise<void>
  ended(): Promise<Ending>
  /** Stops reading. */
  pause(): void
  resume(): void
  /** Disconnects, as a closed browser tab does. */
  leave(): void
}

function open({ url }: RawRequest): Socket {
  const { protocol, hostname, port } = new URL(url)
  const isTls = protocol === 'https:'
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (isTls ? 443 : 80) }
  return isTls ? connectTls({ ...address, servername: hostname }) : connect(address)
}

function write(socket: Socket, { url, body, authorization }: RawRequest): void {
  const { host, pathname } = new URL(url)
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Sends a POST on a connection of its own, which a polite server keeps open after its response. */
export function sendRaw(request: RawRequest): RawResponse {
  const reader = createMessageReader('response')
  const socket = open(request)
  const checks = new Set<() => void>()
  let ending: Ending | undefined
  const look = (): void => {
    for (const check of checks) check()
  }
  const end = (how: Ending): void => {
    ending ??= how
    socket.destroy()
    look()
  }
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('data', (bytes: Buffer) => {
    reader.push(bytes)
    if (reader.isComplete) end('complete')
    else look()
  })
  socket.once('close', () => {
    reader.close()
    end(reader.isComplete ? 'complete' : 'cut')
  })
  write(socket, request)

  const wait = (what: string, check: () => boolean, orEnded: boolean): Promise<void> => {
    let look = (): void => undefined
    const waiting = new Promise<void>((resolve, reject) => {
      look = () => {
        if (check()) resolve()
        else if (ending !== undefined && !orEnded)
          reject(new Error(`the response ended (${ending}) before ${what}`))
      }
      checks.add(look)
      look()
    })
    return within(waiting, what, request.waitMs).finally(() => checks.delete(look))
  }

  const text = (): string => reader.body().toString()
  return {
    status: () => (reader.head ? statusOf(reader.head) : 0),
    header: (name) => reader.head?.headers.get(name),
    body: reader.body,
    text,
    length: () => reader.length,
    until: (what, check) => wait(what, check, false),
    async ended() {
      await wait('the end of the response', () => ending !== undefined, true)
      return ending ?? 'cut'
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    leave: () => void socket.destroy(),
  }
}
