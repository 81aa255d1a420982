// Writes a rendered problem to a response, or to a socket that has none.
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { discardBody, isBodyOutstanding } from './discard-body.ts'
import type { ProblemResponse } from './problem.ts'
import type { HttpResponse } from './server/http-messages.ts'

// For a client to read the response: bytes that it still sends would reset a connection that was closed at once.
const LINGER_MS = 1_000

/** @param headers - header fields of every response of the server: name, value, name, value. */
export function sendProblem(
  response: HttpResponse,
  headers: readonly string[],
  problem: ProblemResponse,
): void {
  const fields = [...headers, ...Object.entries(problem.headers).flat()]
  if (!isBodyOutstanding(response.req)) {
    response.writeHead(problem.status, undefined, fields)
    return void response.end(problem.body)
  }
  // What follows on the connection is the body of this request. A connection closed at once would be reset by it, and the
  // client might lose the response.
  if (problem.headers.connection === undefined) fields.push('connection', 'close')
  response.writeHead(problem.status, undefined, fields)
  response.write(problem.body)
  discardBody(response.req, () => response.end())
}

/**
 * Sends the problem and ends the connection, for a socket whose request has no `ServerResponse`: bytes that could not be
 * parsed, and upgrades.
 * @param headers - further header fields.
 */
export function endWithProblem(
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
  { status, headers: problemHeaders, body }: ProblemResponse,
): void {
  const fields = { ...problemHeaders, connection: 'close', ...headers }
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]))
  // A client that does not close its side would keep the connection for ever.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}
