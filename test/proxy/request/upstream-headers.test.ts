import { describe, expect, it } from 'vitest'
import { upstreamHeaders } from '../../../src/proxy/request/upstream-headers.ts'

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
  it('passes on the headers that describe the request', () => {
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
  ])('does not pass on %s', (name) => {
    expect(up([[name, 'x']])).toEqual([...own, ['content-type', 'application/json']])
  })

  it('does not pass on headers listed in Connection, in any case and in several headers', () => {
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
