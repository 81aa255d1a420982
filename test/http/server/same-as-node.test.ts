// What the balancer reads of a connection is what node:http would read of it, whatever bytes come, and its responses are the same.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { echo, exchangeBytes, startServing } from '../../support/apps/client-server.ts'

const token = fc.constantFrom(
  'x',
  'X-Two',
  'accept',
  'Content-Type',
  'authorization',
  'via',
  '__proto__',
  'a b',
  'ö',
  '',
)
const value = fc.oneof(
  fc.constantFrom('', 'x', ' spaced ', '\ttab', 'Bearer abc', 'é', 'a\rb', 'a\nb', '\0', 'x, y'),
  fc.string({ maxLength: 20 }),
)
const anyField = fc.tuple(token, value).map(([name, text]) => `${name}: ${text}\r\n`)
const framing = fc.constantFrom(
  ...['Content-Length: 5', 'Content-Length: 5', 'Content-Length: 5', 'Transfer-Encoding: chunked'],
  ...[
    'Content-Length: 5',
    'content-length:5',
    'Content-Length: 05',
    'Content-Length: +5',
    'Content-Length: 5, 5',
  ],
  ...[
    'Content-Length: 5\r\nContent-Length: 5',
    'Content-Length: 4\r\nContent-Length: 5',
    'Content-Length : 5',
    '',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding : chunked',
  ],
  ...[
    'Content-Length: 0',
    'Content-Length: 99999999999999999999',
    'X: y\r\n Content-Length: 5',
    'Content-Length: 0x5',
  ],
)
const connection = fc.constantFrom(
  ...[
    '',
    '',
    '',
    'Connection: close',
    'connection: Keep-Alive',
    'Connection: upgrade',
    'Expect: 100-continue',
  ],
  ...['Upgrade: h2c', 'Connection: close, x', 'TE: trailers', 'Trailer: X', 'Proxy-Connection: close'],
)
const host = fc.constantFrom('Host: a', 'Host: a', 'host: a:80', 'Host: a\r\nHost: b', '')
const requestLine = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('POST /v1/chat/completions HTTP/1.1', 'POST /a?b=c HTTP/1.1') },
  fc.constantFrom(
    ...['GET / HTTP/1.1', 'POST / HTTP/1.0', 'POST /#x HTTP/1.1', 'POST  / HTTP/1.1', 'POST * HTTP/1.1'],
    ...[
      'POST http://a/ HTTP/1.1',
      'post / HTTP/1.1',
      'POST /a b HTTP/1.1',
      'POST / HTTP/1.2',
      'POST /é HTTP/1.1',
    ],
    ...['POST /', 'XPOST / HTTP/1.1', '\r\nPOST / HTTP/1.1', 'POST /\t HTTP/1.1', 'POST / HTTP/1.1 '],
  ),
)
const lineEnd = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r')
const body = fc.constantFrom(
  'hello',
  'hello',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '',
  'hell',
  'hello and more',
)

const line = (text: string): string => (text === '' ? '' : `${text}\r\n`)
const anyRequest = fc
  .tuple(requestLine, lineEnd, host, fc.array(anyField, { maxLength: 3 }), framing, connection, body)
  .map(
    ([first, end, one, fields, length, option, content]) =>
      `${first}${end}${line(one)}${fields.join('')}${line(length)}${line(option)}\r\n${content}`,
  )
const plainRequest = fc
  .tuple(fc.array(fc.constantFrom('X: y\r\n', 'Accept: */*\r\n'), { maxLength: 1 }), fc.nat(6))
  .map(
    ([fields, length]) =>
      `POST /p HTTP/1.1\r\nHost: a\r\n${fields.join('')}Content-Length: ${length}\r\n\r\n${'b'.repeat(length)}`,
  )

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].toSorted(
    (one, other) => one - other,
  )
  return [...places, bytes.length]
    .map((end, index) => bytes.subarray(index === 0 ? 0 : places[index - 1], end))
    .filter(({ length }) => length > 0)
}

it('reads any requests on a connection, plain or not, as node:http does', async () => {
  const direct = await startServing(echo)
  const node = await startServing(echo, { isDirect: false })
  const requests = fc.array(fc.oneof(plainRequest, anyRequest), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(requests, async (texts) => {
      const bytes = Buffer.from(texts.join(''), 'latin1')
      expect(await exchangeBytes(direct.port, [bytes])).toBe(await exchangeBytes(node.port, [bytes]))
    }),
    { numRuns: 600 },
  )
  // Both ways were taken.
  expect(direct.served.plain).toBeGreaterThan(200)
  expect(direct.served.node).toBeGreaterThan(20)
}, 120_000)

it('reads plain requests as node:http does however they are cut into segments', async () => {
  const direct = await startServing(echo)
  const node = await startServing(echo, { isDirect: false })
  const requests = fc.array(plainRequest, { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(requests, fc.array(fc.nat(), { maxLength: 5 }), async (texts, places) => {
      const bytes = Buffer.from(texts.join(''))
      const whole = await exchangeBytes(node.port, [bytes])
      expect(whole.match(/HTTP\/1\.1 200/g)?.length).toBe(texts.length)
      expect(await exchangeBytes(direct.port, cut(bytes, places))).toBe(whole)
    }),
    { numRuns: 300 },
  )
  expect(direct.served.plain).toBeGreaterThan(100)
}, 120_000)
