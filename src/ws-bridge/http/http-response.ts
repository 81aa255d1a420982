// Answers plain HTTP requests: JSON, text, and problems in the form of RFC 9457.
import { STATUS_CODES, type ServerResponse } from 'node:http'

const fixed = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }

export function sendResponse(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...fixed, 'content-length': length, ...headers })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

export const sendJson = (response: ServerResponse, status: number, value: unknown): void =>
  sendResponse(response, status, JSON.stringify(value), { 'content-type': 'application/json' })

/** @param detail - one sentence without secrets. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail })
  sendResponse(response, status, body, { 'content-type': 'application/problem+json', ...headers })
}
