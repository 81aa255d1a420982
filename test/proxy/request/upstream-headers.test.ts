import { describe, expect, it } from 'vitest'
import { createUpstreamHeaders } from '../../../src/proxy/request/upstream-headers.ts'

const identity = {
  requestId: 'our-id',
  credentials: ['authorization', 'Bearer upstream'],
  instanceId: 'us',
}
const upstreamHeaders = createUpstreamHeaders({ forwardHeaders: ['x-one', 'x-two', 'x-three'] })

function up(headers: readonly (readonly [string, string])[]): [string, string][] {
  const flat = upstreamHeaders(headers.flat(), identity)
  const all = Array.from({ length: flat.length / 2 }, (_, index): [string, string] => [
    flat[2 * index] ?? '',
    flat[2 * index + 1] ?? '',
  ])
  expect(all.pop()).toEqual(['x-lb-via', 'us'])
  return all
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
      ['x-claude-code-session-id', '1'],
      ['x-app', 'cli'],
      ['x-session-id', '1'],
      ['x-title', 'App'],
      ['http-referer', 'https://app.example'],
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
    'X-Goog-Api-Key',
    'X-Auth-Request-Access-Token',
    'X-Amzn-Oidc-Data',
    'X-Ms-Token-Aad-Access-Token',
    'X-Ms-Client-Principal',
    'X-Functions-Key',
    'X-Vault-Token',
    'X-Csrf-Token',
    'X-Unknown',
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
    const raw = ['content-type', 'a/b', 'Content-Type', 'c/d', 'x-one', '1', 'X-One', '2']
    expect(upstreamHeaders(raw, { ...identity, requestId: 'id', credentials: [] })).toEqual([
      'x-request-id',
      'id',
      'accept-encoding',
      'identity',
      'content-type',
      'a/b',
      'x-one',
      '1',
      'x-one',
      '2',
      'x-lb-via',
      'us',
    ])
  })

  it('passes on what the operator names, but never credentials and fields of the connection', () => {
    const never = [
      ...['accept-encoding', 'authorization', 'connection', 'content-length', 'cookie', 'expect', 'host'],
      ...['keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding'],
      ...['upgrade', 'x-admin-token', 'x-lb-endpoint', 'x-request-id', 'x-api-key', 'api-key'],
    ]
    const headersOf = createUpstreamHeaders({ forwardHeaders: [...never, 'x-tenant', 'x-hop'] })
    const raw = [...never, 'x-tenant', 'x-hop'].flatMap((name) => [name, 'theirs'])
    expect(headersOf([...raw, 'Connection', 'x-hop'], identity)).toEqual([
      ...own.flat(),
      ...['x-tenant', 'theirs', 'content-type', 'application/json', 'x-lb-via', 'us'],
    ])
  })

  it('lists the balancers that the request has been at, unless the list cannot be theirs', () => {
    const viaOf = (given: string) => upstreamHeaders(['X-LB-Via', given], identity).at(-1)
    expect(viaOf('one, two')).toBe('one, two, us')
    expect(viaOf('x'.repeat(1025))).toBe('us')
    expect(viaOf('\u0001')).toBe('us')
  })
})
