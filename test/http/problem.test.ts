// The error body and header fields, in RFC 9457's form and in OpenAI's, and how they are written to a response and to a socket.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { errorCodes, type ErrorCode } from '../../src/contract/error-codes.ts'
import { problem, type Problem } from '../../src/contract/problem.ts'
import { gatewayError, type GatewayError } from '../../src/core/gateway-error.ts'
import { renderProblem, renderStatusProblem, type ProblemAudience } from '../../src/http/problem.ts'
import { endWithProblem, sendProblem } from '../../src/http/send-problem.ts'

/** Statuses of Anthropic's form that differ from those of the table. */
const anthropicStatuses: Partial<Record<ErrorCode, number>> = {
  LB_ERR_ALL_COOLING: 529,
  LB_ERR_ALL_FULL: 529,
  LB_ERR_BODY_MEMORY: 529,
  LB_ERR_PREFERRED_COOLING: 529,
  LB_ERR_QUEUE_FULL: 529,
  LB_ERR_QUEUE_TIMEOUT: 529,
  LB_ERR_OVER_QUOTA: 429,
  LB_ERR_OVER_QUOTA_STREAM: 429,
}
const anthropicTypes = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])

const bodyOf = (error: GatewayError, audience: ProblemAudience): Problem =>
  JSON.parse(renderProblem(error, 'request-1', audience).body.toString()) as Problem

/** Those that OpenAI's clients know. */
const openaiCodes = new Map<ErrorCode, string>([
  ['LB_ERR_MODEL_NOT_FOUND', 'model_not_found'],
  ['LB_ERR_PREVIOUS_RESPONSE_NOT_FOUND', 'previous_response_not_found'],
])

describe('a rendered problem', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])('%s has its status and matches the schema', (code) => {
    const error = gatewayError(code, 'it went wrong', { param: 'model', retryAfterS: 3 })
    expect(renderProblem(error, 'request-1', 'client').status).toBe(errorCodes[code].status)
    const body = bodyOf(error, 'client')
    expect(problem.strict().parse(body)).toEqual(body)
    expect(body).toEqual({
      type: `urn:llm-load-balancer:error:${code}`,
      title: errorCodes[code].title,
      status: errorCodes[code].status,
      detail: 'it went wrong',
      code,
      request_id: 'request-1',
      error: {
        message: 'it went wrong',
        type: errorCodes[code].openaiType,
        param: 'model',
        code: openaiCodes.get(code) ?? code,
      },
    })
  })

  it.each(Object.keys(errorCodes) as ErrorCode[])("%s has Anthropic's form and status", (code) => {
    const rendered = renderProblem(gatewayError(code, 'it went wrong', { retryAfterS: 3 }), 'r', 'anthropic')
    const status = anthropicStatuses[code] ?? errorCodes[code].status
    const type = anthropicTypes.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error')
    expect(rendered.status).toBe(status)
    expect(rendered.headers['retry-after']).toBe('3')
    expect(JSON.parse(rendered.body.toString())).toEqual({
      type: 'error',
      error: { type, message: 'it went wrong' },
      request_id: 'r',
      code,
    })
  })

  it("has a text in the same place for clients of Ollama's API", () => {
    const error = gatewayError('LB_ERR_ALL_FULL', 'busy', { retryAfterS: 2 })
    const body = bodyOf(error, 'ollama')
    expect(problem.strict().parse(body)).toEqual(body)
    expect(body).toEqual({ ...bodyOf(error, 'client'), error: 'busy' })
    expect(renderProblem(error, 'r', 'ollama')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
    })
  })

  it("has OpenAI's member for clients only, and invalid fields only where there are any", () => {
    const errors = [{ pointer: '/name', detail: 'is missing' }]
    const body = bodyOf(gatewayError('LB_ERR_VALIDATION', 'no', { errors }), 'operator')
    expect(body).not.toHaveProperty('error')
    expect(body.errors).toEqual(errors)
    const bare = bodyOf(gatewayError('LB_ERR_NOT_FOUND', 'no'), 'client')
    expect(bare).not.toHaveProperty('errors')
    expect(bare.error).toMatchObject({ param: null })
  })

  it('has the header fields of its status, then the type and the length of its body', () => {
    const headersOf = (code: ErrorCode, audience: ProblemAudience, retryAfterS?: number) => {
      const error = gatewayError(code, 'é', retryAfterS === undefined ? {} : { retryAfterS })
      const { headers, body } = renderProblem(error, 'r', audience)
      const { 'content-length': length, ...others } = headers
      expect(length).toBe(String(body.length))
      return others
    }
    const client = { 'content-type': 'application/json; charset=utf-8' }
    expect(headersOf('LB_ERR_NOT_FOUND', 'client')).toEqual(client)
    expect(headersOf('LB_ERR_NOT_FOUND', 'operator')).toEqual({
      'content-type': 'application/problem+json; charset=utf-8',
    })
    expect(headersOf('LB_ERR_UNAUTHORIZED', 'client')).toEqual({ 'www-authenticate': 'Bearer', ...client })
    expect(headersOf('LB_ERR_BODY_TOO_LARGE', 'client')).toEqual({ connection: 'close', ...client })
    expect(headersOf('LB_ERR_RATE_LIMITED', 'client', 0.2)).toEqual({ 'retry-after': '1', ...client })
    expect(headersOf('LB_ERR_DRAINING', 'client', 1.2)).toEqual({
      'retry-after': '2',
      connection: 'close',
      ...client,
    })
  })

  it('has a form without a code, titled by its status', () => {
    const { status, headers, body } = renderStatusProblem(405, 'use GET', { allow: 'GET' })
    expect([status, headers]).toEqual([
      405,
      { allow: 'GET', 'content-type': 'application/problem+json', 'content-length': String(body.length) },
    ])
    expect(body.toString()).toBe(
      '{"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"use GET"}',
    )
  })
})

it('is written alike to a response and to a socket, without its body to HEAD', async () => {
  const known = renderProblem(gatewayError('LB_ERR_NOT_FOUND', 'là'), 'r', 'client')
  const server = createServer((_request, response) => sendProblem(response, ['x-one', '1'], known))
  server.on('upgrade', (_request, socket) => endWithProblem(socket, { 'x-one': '1' }, known))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const exchange = async (head: string): Promise<{ fields: string[]; body: string }> => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`${head}\r\nhost: x\r\n\r\n`)
    const [received = '', body = ''] = (await text(socket)).split('\r\n\r\n')
    return { fields: received.split('\r\n').filter((line) => !line.startsWith('Date:')), body }
  }
  const response = await exchange('GET / HTTP/1.1\r\nconnection: close')
  const upgrade = await exchange('GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: x')
  const head = await exchange('HEAD / HTTP/1.1\r\nconnection: close')
  expect(response.body).toBe(known.body.toString())
  expect(upgrade.body).toBe(response.body)
  expect(head).toEqual({ fields: response.fields, body: '' })
  expect(response.fields[0]).toBe('HTTP/1.1 404 Not Found')
  const names = (fields: string[]) => fields.map((line) => line.toLowerCase()).sort()
  expect(names(upgrade.fields)).toEqual(names(response.fields))
})
