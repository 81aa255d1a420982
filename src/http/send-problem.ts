// Writes a rendered problem to a node:http response, or to a socket that has none.
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ProblemResponse } from './problem.ts'

/** @param headers - header fields of every response of the server: name, value, name, value. */
export function sendProblem(
  response: ServerResponse,
  headers: readonly string[],
  problem: ProblemResponse,
): void {
  response.writeHead(problem.status, [...headers, ...Object.entries(problem.headers).flat()])
  response.end(problem.body)
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
}
