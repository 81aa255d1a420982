import { ServerResponse, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDownstreamHeaders,
  sanitizeRequestId,
  upstreamHeaders,
} from '../../../src/proxy/request/header-policy.ts'

const identity = { requestId: 'our-id', authorization: 'Bearer upstream' }

function up(headers: readonly (readonly [string, string])[]): [string, string][] {
  const flat = upstreamHeaders(headers.flat(), identity)
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] ?? '',
    flat[2 * index + 1] ?? '',
  ])
}
const own = [
  ['x-request-id', 'our-id'],
  ['accept-encoding', 'identity'],
  ['authorization', 'Bearer upstream'],
]

describe('upstreamHeaders', () => {
  it('passes on what describes the call', () => {
    const passed = [
      ['content-type', 'application/json; charset=utf-8'],
      ['accept', 'text/event-stream'],
      ['user-agent', 'OpenAI/JS'],
      ['traceparent', '00-1'],
      ['tracestate', 'a=b'],
      ['openai-organization', 'org'],
      ['anthropic-beta', 'x'],
      ['x-stainless-lang', 'js'],
    ] as const
    expect(up(passed)).toEqual([...own, ...passed])
  })

  it.each([
    'Host',
    'Content-Length',
    'Content-Encoding',
    'Cookie',
    'Authorization',
    'Proxy-Authorization',
    'Expect',
    'Keep-Alive',
    'Connection',
    'Upgrade',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Accept-Encoding',
    'Forwarded',
    'Via',
    'X-Request-ID',
    'X-Api-Key',
    'X-LB-Endpoint',
    'X-Admin-Token',
    'X-Forwarded-For',
    'X-Real-IP',
    'Origin',
    'Referer',
  ])('keeps %s back', (name) => {
    expect(up([[name, 'x']])).toEqual([...own, ['content-type', 'application/json']])
  })

  it('keeps back what Connection names, in any case and in several headers', () => {
    const headers = [
      ['X-One', '1'],
      ['Connection', 'keep-alive, X-ONE'],
      ['connection', ' x-Two ,Accept'],
      ['x-two', '2'],
      ['accept', '*/*'],
      ['x-three', '3'],
    ] as const
    expect(up(headers)).toEqual([...own, ['x-three', '3'], ['content-type', 'application/json']])
  })

  it('adds a content type only where the client sent none', () => {
    expect(up([['Content-Type', 'text/plain']])).toEqual([...own, ['content-type', 'text/plain']])
    expect(up([['accept', 'content-type']])).toContainEqual(['content-type', 'application/json'])
  })

  it('sends the first of several content types, and no authorization where the endpoint has none', () => {
    const raw = ['content-type', 'a/b', 'Content-Type', 'c/d', 'x-a', '1', 'X-A', '2']
    expect(upstreamHeaders(raw, { requestId: 'id', authorization: undefined })).toEqual([
      'x-request-id',
      'id',
      'accept-encoding',
      'identity',
      'content-type',
      'a/b',
      'x-a',
      '1',
      'x-a',
      '2',
    ])
  })
})

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as [string, string]] : []))

function downstreamHeaders(
  upstream: Record<string, string | string[] | undefined>,
  options: { bodyIsUntouched: boolean },
): string[] {
  const headers: string[] = []
  addDownstreamHeaders(headers, upstream, options)
  return headers
}

describe('addDownstreamHeaders', () => {
  it('passes on what describes the answer', () => {
    const upstream = {
      'content-type': 'text/event-stream',
      'content-encoding': 'br',
      'Cache-Control': ['no-cache', 'private'],
      'retry-after': '3',
      'x-ratelimit-remaining-requests': '7',
      'openai-processing-ms': '12',
      'x-request-id': 'theirs',
    }
    expect(pairs(downstreamHeaders(upstream, { bodyIsUntouched: true }))).toEqual([
      ['content-type', 'text/event-stream'],
      ['content-encoding', 'br'],
      ['cache-control', 'no-cache'],
      ['cache-control', 'private'],
      ['retry-after', '3'],
      ['x-ratelimit-remaining-requests', '7'],
      ['openai-processing-ms', '12'],
      ['x-upstream-request-id', 'theirs'],
    ])
  })

  it.each([
    'set-cookie',
    'access-control-allow-origin',
    'connection',
    'transfer-encoding',
    'keep-alive',
    'server',
    'x-lb-endpoint',
  ])('keeps %s back', (name) => {
    expect(downstreamHeaders({ [name]: 'x' }, { bodyIsUntouched: true })).toEqual([])
  })

  it('passes the length on only where the body stays as it is', () => {
    const upstream = { 'content-length': '12' }
    expect(downstreamHeaders(upstream, { bodyIsUntouched: true })).toEqual(['content-length', '12'])
    expect(downstreamHeaders(upstream, { bodyIsUntouched: false })).toEqual([])
  })

  it('gives only values that node takes', () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()))
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ maxLength: 8 }))
    fc.assert(
      fc.property(value, fc.array(value, { maxLength: 3 }), (one, several) => {
        const upstream = { 'retry-after': one, 'cache-control': several, 'openai-version': undefined }
        const headers = downstreamHeaders(upstream, { bodyIsUntouched: true })
        for (const [name, content] of pairs(headers)) response.appendHeader(name, content)
        if (/^[ -~]*$/.test(one)) expect(headers).toContain(one)
      }),
    )
  })
})

describe('sanitizeRequestId', () => {
  it('keeps a sane id', () => {
    for (const id of ['a', 'req_1.2:3-4', 'A'.repeat(128)]) expect(sanitizeRequestId(id)).toBe(id)
  })

  it('drops anything else', () => {
    for (const id of ['', 'a b', 'a\n', 'é', '<x>', 'A'.repeat(129), ['a'], undefined]) {
      expect(sanitizeRequestId(id)).toBeUndefined()
    }
  })
})
