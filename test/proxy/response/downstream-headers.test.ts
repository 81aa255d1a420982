import { ServerResponse, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseResponseHead, type ResponseHeaders } from '../../../src/http/upstream/response-head.ts'
import { addDownstreamHeaders } from '../../../src/proxy/response/downstream-headers.ts'

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
  it('passes on the headers that describe the response', () => {
    const upstream = {
      'content-type': 'text/event-stream',
      'content-encoding': 'br',
      'cache-control': ['no-cache', 'private'],
      'retry-after': '3',
      'x-ratelimit-remaining-requests': '7',
      'openai-processing-ms': '12',
      'x-request-id': 'theirs',
      'anthropic-ratelimit-tokens-remaining': '9',
      'request-id': 'req_1',
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
      ['anthropic-ratelimit-tokens-remaining', '9'],
      ['x-upstream-request-id', 'req_1'],
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
  ])('does not pass on %s', (name) => {
    expect(downstreamHeaders({ [name]: 'x' }, { bodyIsUntouched: true })).toEqual([])
  })

  it.each([
    ...['application/json', 'application/problem+json', 'text/event-stream; charset=utf-8', 'text/plain'],
    ...[
      'application/x-ndjson',
      'audio/mpeg',
      'image/png',
      'application/octet-stream',
      'Application/JSON ;x=y',
    ],
  ])('passes on the content type %s', (type) => {
    expect(downstreamHeaders({ 'content-type': type }, { bodyIsUntouched: true })).toEqual([
      'content-type',
      type,
    ])
  })

  it.each([
    ...['text/html', 'text/html; charset=utf-8', 'TEXT/HTML', 'application/xhtml+xml2', 'image/svg+xml', ''],
    ...['text/javascript', 'application/pdf', 'application/json, text/html', 'application/jsonx', 'text/css'],
  ])('replaces the content type %s, which a browser might open', (type) => {
    expect(downstreamHeaders({ 'content-type': type }, { bodyIsUntouched: true })).toEqual([
      'content-type',
      'application/octet-stream',
    ])
  })

  it('passes on the first of several content types', () => {
    const upstream = { 'content-type': ['text/event-stream', 'text/html'] }
    expect(downstreamHeaders(upstream, { bodyIsUntouched: true })).toEqual([
      'content-type',
      'text/event-stream',
    ])
  })

  it('passes the content-length on only where the body is unchanged', () => {
    const upstream = { 'content-length': '12' }
    expect(downstreamHeaders(upstream, { bodyIsUntouched: true })).toEqual(['content-length', '12'])
    expect(downstreamHeaders(upstream, { bodyIsUntouched: false })).toEqual([])
  })

  it('adds only values that Node.js accepts, since no other is parsed', () => {
    const response = new ServerResponse(new IncomingMessage(new Socket()))
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ maxLength: 8 }))
    fc.assert(
      fc.property(value, value, (one, another) => {
        const lines = [`retry-after: ${one}`, `cache-control: ${one}`, `cache-control: ${another}`]
        let upstream: ResponseHeaders = {}
        try {
          upstream = parseResponseHead(['HTTP/1.1 200 OK', ...lines].join('\r\n'), false).headers
        } catch {
          expect(one + another).toMatch(/[^ -~]/)
        }
        const headers = downstreamHeaders(upstream, { bodyIsUntouched: true })
        for (const [name, content] of pairs(headers)) response.appendHeader(name, content)
        if (/^[ -~]*$/.test(one + another)) expect(headers).toContain(one.trim())
      }),
    )
  })
})
