// HTTP clients of the tests: responses byte for byte, and raw sockets that send any bytes.
import { once } from 'node:events'
import {
  Agent,
  request,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Sent {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  readonly agent?: Agent
}

export interface HttpResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  /** Whether the response was complete by HTTP's framing. */
  readonly isComplete: boolean
  json(): unknown
}

/** Keeps its connections open until the test ends. */
export function keepAliveAgent(maxSockets = Infinity): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets })
  onTestFinished(() => agent.destroy())
  return agent
}

/** Starts a request; the test itself waits for the response and its end. Without an agent it uses a new connection. */
export function open(url: string, { method = 'GET', headers = {}, body, agent }: Sent = {}): ClientRequest {
  const { origin, hostname, port } = new URL(url)
  // The path is sent as given, since a URL object would normalise it.
  const path = url.slice(origin.length)
  const client = request({ hostname, port, path, method, headers, agent: agent ?? false })
  onTestFinished(() => void client.destroy())
  client.on('error', () => undefined)
  if (
    body !== undefined &&
    headers['transfer-encoding'] === undefined &&
    headers['content-length'] === undefined
  )
    client.setHeader('content-length', Buffer.byteLength(body))
  client.end(body)
  return client
}

export async function responseOf(client: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  return response
}

export async function readResponse(response: IncomingMessage): Promise<HttpResponse> {
  const parts: Buffer[] = []
  let failed = false
  try {
    for await (const part of response as AsyncIterable<Buffer>) parts.push(part)
  } catch {
    failed = true
  }
  const bytes = Buffer.concat(parts)
  const text = bytes.toString()
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes,
    text,
    isComplete: response.complete && !failed,
    json: () => JSON.parse(text) as unknown,
  }
}

export const send = async (url: string, sent: Sent = {}): Promise<HttpResponse> =>
  readResponse(await responseOf(open(url, sent)))

export interface RawConnection {
  readonly socket: Socket
  write(bytes: string | Buffer): void
  /** The received bytes as latin1. */
  text(): string
  /** Resolves when the server has closed the connection. */
  closed: Promise<void>
}

/** Opens a TCP connection that records the received bytes. */
export async function connectRaw(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'connect')
  return { socket, write: (bytes) => void socket.write(bytes), text: () => text, closed }
}

export interface ParsedResponse {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Reads the text of one response whose connection was closed after it. */
export function parseResponse(text: string): ParsedResponse {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: new Map(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    ),
    body: text.slice(end + 4),
  }
}

/** Sends bytes on a new connection. @returns the response, once the server has closed it. */
export async function sendBytes(port: number, bytes: string | Buffer): Promise<ParsedResponse> {
  const connection = await connectRaw(port)
  connection.write(bytes)
  await connection.closed
  return parseResponse(connection.text())
}

/** The text of a POST with the given head lines; content-length is added unless `head` frames the body. */
export function rawPost(path: string, head: readonly string[], body: string): string {
  const isFramed = head.some((line) => /^(transfer-encoding|content-length):/i.test(line))
  return [
    `POST ${path} HTTP/1.1`,
    'Host: balancer.test',
    ...head,
    ...(isFramed ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    '',
    body,
  ].join('\r\n')
}

/** The data of an event stream without `[DONE]`. */
export const eventData = (text: string): Record<string, unknown>[] =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json ?? '') as Record<string, unknown>)
