// Sends plain HTTP responses: JSON, text and problem details.
import type { ServerResponse } from 'node:http'
import { renderStatusProblem } from '../../http/problem.ts'
import { sendProblem } from '../../http/send-problem.ts'

const fixed = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }
const fixedList = Object.entries(fixed).flat()

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

/**
 * @param detail - one sentence without secrets.
 * @param headers - further header fields, names in lower case.
 */
export const sendStatusProblem = (
  response: ServerResponse,
  status: number,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): void => sendProblem(response, fixedList, renderStatusProblem(status, detail, headers))
