// What is read of a response, against how it was written and against the parser of Node.js.
import { request as requestOf } from 'node:http'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createResponseParser,
  expectResponse,
  isCompleteAtClose,
  readBody,
  readHead,
} from '../../../src/http/upstream/response-parser.ts'
import { effort } from '../../support/effort.ts'

interface Read {
  readonly status: number | undefined
  readonly headers: object | undefined
  readonly body: string
  readonly isComplete: boolean
  readonly hasExcess: boolean
  readonly keepsAlive: boolean | undefined
}

/** Reads the pieces, each from a buffer that is overwritten afterwards, and the end of the connection. */
function read(pieces: readonly Buffer[], isHeadRequest = false): Read {
  const parser = createResponseParser()
  expectResponse(parser, isHeadRequest)
  const body: Buffer[] = []
  const shared = Buffer.alloc(Math.max(1, ...pieces.map(({ length }) => length)))
  for (const piece of pieces) {
    piece.copy(shared)
    const bytes = shared.subarray(0, piece.length)
    const rest = parser.head === undefined ? readHead(parser, bytes) : bytes
    // What follows the end is looked at by the connection, which reads no further.
    if (rest !== undefined && !parser.isComplete) body.push(readBody(parser, rest))
    shared.fill('x')
  }
  return {
    status: parser.head?.status,
    headers: parser.head && { ...parser.head.headers },
    body: Buffer.concat(body).toString('latin1'),
    isComplete: parser.isComplete || isCompleteAtClose(parser),
    hasExcess: parser.hasExcess,
    keepsAlive: parser.head?.keepsAlive,
  }
}

const readText = (text: string, isHeadRequest = false): Read =>
  read([Buffer.from(text, 'latin1')], isHeadRequest)

/** The bytes in pieces of the sizes, which repeat. */
function piecesOf(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let start = 0, index = 0; start < bytes.length; index += 1) {
    const end = start + (sizes[index % sizes.length] ?? 1)
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}

const interim = fc.constantFrom(
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.0 100 Continue\r\nx-a: 1\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n',
  'HTTP/1.1 102\r\n\r\n',
)
// Bodies that look like what the parser looks for.
const bodies = fc.array(
  fc.constantFrom('a', '\r\n', '\r\n\r\n', '0\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', '\xff', '\0', '5;x\r\n'),
  { maxLength: 12 },
)
const extensions = fc.constantFrom('', '', ';a', ';a=b', '; a="b c"')
const trailers = fc.constantFrom('', '', 'x-trailer: 1\r\n', 'a: b\r\nc: d\r\n')
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 })

const inChunks = (parts: readonly string[], extension: string, trailer: string): string =>
  [
    ...parts
      .filter((part) => part !== '')
      .map((part) => `${part.length.toString(16)}${extension}\r\n${part}\r\n`),
    `0${extension}\r\n${trailer}\r\n`,
  ].join('')

describe('a response', () => {
  it('in chunks is read as it was written, wherever its bytes are split, without its interim responses', () => {
    fc.assert(
      fc.property(
        fc.array(interim, { maxLength: 3 }),
        bodies,
        extensions,
        trailers,
        sizes,
        (before, parts, extension, trailer, split) => {
          const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n'
          const text = before.join('') + head + inChunks(parts, extension, trailer)
          expect(read(piecesOf(Buffer.from(text, 'latin1'), split))).toEqual({
            status: 200,
            headers: { 'content-type': 'text/plain', 'transfer-encoding': 'chunked' },
            body: parts.join(''),
            isComplete: true,
            hasExcess: false,
            keepsAlive: true,
          })
        },
      ),
      { numRuns: effort(2_000, 300) },
    )
  })

  it('of a known length is read as it was written, and what follows it is known to be no part of it', () => {
    fc.assert(
      fc.property(bodies, sizes, fc.boolean(), (parts, split, isFollowed) => {
        const body = parts.join('')
        const text = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`
        const bytes = Buffer.from(text + (isFollowed ? 'x' : ''), 'latin1')
        // In one piece, since a piece after the end is not read at all.
        const result = isFollowed ? read([bytes]) : read(piecesOf(bytes, split))
        expect(result).toMatchObject({ body, isComplete: true, hasExcess: isFollowed })
      }),
      { numRuns: effort(1_000, 200) },
    )
  })

  it('without a length ends with its connection, which serves no further request', () => {
    fc.assert(
      fc.property(bodies, sizes, (parts, split) => {
        const body = parts.join('')
        const bytes = Buffer.from(`HTTP/1.1 200 OK\r\nx: y\r\n\r\n${body}`, 'latin1')
        expect(read(piecesOf(bytes, split))).toMatchObject({ body, isComplete: true, keepsAlive: false })
      }),
      { numRuns: effort(500, 100) },
    )
  })

  it('that is cut anywhere is not complete', () => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
    const chunked = head + inChunks(['hello', 'world'], ';x', 'a: b\r\n')
    for (let end = 0; end < chunked.length; end += 1)
      expect(readText(chunked.slice(0, end)).isComplete).toBe(false)
    expect(readText(chunked).isComplete).toBe(true)
  })

  it.each([204, 304])('with status %i has no body, whatever its headers say', (status) => {
    const text = `HTTP/1.1 ${status} x\r\ncontent-length: 5\r\n\r\n`
    expect(readText(text)).toMatchObject({ body: '', isComplete: true, keepsAlive: true })
  })

  it('to HEAD has no body, whatever its headers say', () => {
    for (const framing of ['content-length: 5', 'transfer-encoding: chunked', 'x: y'])
      expect(readText(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`, true)).toMatchObject({
        body: '',
        isComplete: true,
      })
  })

  it('has its names in lower case, its values without blanks at their ends, and repeated fields as lists', () => {
    const fields =
      'X-One:  a \t\r\nx-two:\r\nX-ONE: b\r\nset-cookie: c=\xe4\r\nconstructor: d\r\n__proto__: e\r\n'
    const { headers } = readText(`HTTP/1.1 200 \xe9\r\n${fields}content-length: 0\r\n\r\n`)
    expect(headers).toEqual({
      'x-one': ['a', 'b'],
      'x-two': '',
      'set-cookie': 'c=\xe4',
      constructor: 'd',
      'content-length': '0',
    })
  })

  it.each([
    ['HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nConnection: x, Close\r\ncontent-length: 0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nconnection: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'],
    ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ])('that ends its connection says so: %j', (text) => {
    expect(readText(text)).toMatchObject({ isComplete: true, keepsAlive: false })
  })

  it('is read alike after any other one, however little they differ', () => {
    const lengths = ['5', '05', '12', '5 ', ' 5', '', '+5', '5, 5', '5\r\nx: y', '9007199254740992', '5\r']
    const heads = lengths.flatMap((length) => [
      `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\na: b\r\n\r\n`,
      `HTTP/1.1 200 OK\r\na: b\r\nContent-Length: ${length}\r\n\r\n`,
      `HTTP/1.1 204 OK\r\nContent-Length: ${length}\r\n\r\n`,
      `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nContent-Length: 5\r\n\r\n`,
    ])
    const headOf = (text: string, isHeadRequest: boolean) => {
      try {
        const { status, headers, isComplete, keepsAlive } = readText(text, isHeadRequest)
        return { status, headers, isComplete, keepsAlive }
      } catch (error) {
        return String(error)
      }
    }
    const other = 'HTTP/1.1 404 No\r\n\r\n'
    for (const isHeadRequest of [false, true])
      for (const head of heads) {
        headOf(other, isHeadRequest)
        const expected = headOf(head, isHeadRequest)
        for (const before of heads) {
          headOf(other, false)
          headOf(before, !isHeadRequest)
          headOf(before, isHeadRequest)
          expect(headOf(head, isHeadRequest), `${head} after ${before}`).toEqual(expected)
        }
      }
  })

  it('may follow empty lines', () => {
    expect(readText('\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na')).toMatchObject({ body: 'a' })
  })
})

describe('what is refused', () => {
  const heads = [
    'HTTP/2 200\r\n',
    'HTTP/1.2 200 OK\r\n',
    'http/1.1 200 OK\r\n',
    'HTTP/1.1  200 OK\r\n',
    'HTTP/1.1 099 x\r\n',
    'HTTP/1.1 20 x\r\n',
    'HTTP/1.1 2000 x\r\n',
    'HTTP/1.1 200OK\r\n',
    'HTTP/1.1 200 \0\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n',
    'HTTP/1.1 200 OK\r\nname : value\r\n',
    'HTTP/1.1 200 OK\r\n: value\r\n',
    'HTTP/1.1 200 OK\r\na: b\r\n folded\r\n',
    'HTTP/1.1 200 OK\r\na: b\rc: d\r\n',
    'HTTP/1.1 200 OK\r\na: b\nc: d\r\n',
    'HTTP/1.1 200 OK\r\na: \0\r\n',
    'HTTP/1.1 200 OK\r\na: \x7f\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length:\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 9007199254740992\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n',
    'HTTP/1.1 204 x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n',
  ]
  it.each(heads)('the head %j', (head) => {
    expect(() => readText(`${head}\r\n`)).toThrow('not valid HTTP/1.1')
  })

  it.each([
    ['a digit that is none', 'g\r\n'],
    ['no digit', '\r\n'],
    ['a blank before the size', ' 1\r\na\r\n'],
    ['a blank after the size', '1 \r\na\r\n'],
    ['a sign', '-1\r\na\r\n'],
    ['a prefix', '0x1\r\na\r\n'],
    ['a line that ends in LF', '1\na\r\n'],
    ['more data than the size', '1\r\nab\r\n'],
    ['data that end in LF', '1\r\na\n'],
    ['LF in an extension', '1;\n\r\na\r\n'],
    ['NUL in an extension', '1;\0\r\na\r\n'],
    ['a size of 2^52', '10000000000000\r\n'],
    ['LF in a trailer', '0\r\na\nb\r\n\r\n'],
    ['an end that is LF', '0\r\n\n'],
    ['an extension of more than 16 KiB', `1;${'x'.repeat(16_385)}\r\na\r\n`],
    ['trailers of more than 16 KiB', `0\r\n${'x: y\r\n'.repeat(4_097)}\r\n`],
  ])('a chunk with %s', (_what, chunk) => {
    const text = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`
    expect(() => readText(text)).toThrow('not valid HTTP/1.1')
  })

  it('a head of more than 16 KiB, also before it ends, and what cannot become a head at once', () => {
    const long = `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(16_384)}`
    expect(() => readText(long)).toThrow('too large')
    expect(() => readText(`${long}\r\n\r\n`)).toThrow('too large')
    for (const text of [
      'GET /',
      'HTTP/2',
      '\r\n\n',
      'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
      'SSH-2.0-x\r\n',
    ])
      expect(() => readText(text)).toThrow('not valid HTTP/1.1')
  })
})

interface NodeRead {
  readonly status: number | undefined
  readonly body: string
}

/** What Node.js's strict parser reads of the bytes and the end of the connection; undefined where it refuses them. */
function readByNode(bytes: Buffer): Promise<NodeRead | undefined> {
  const socket = new Duplex({
    read: () => undefined,
    write(_chunk, _encoding, done) {
      done()
    },
  })
  return new Promise((resolve) => {
    const request = requestOf({ createConnection: () => socket }, (response) => {
      let body = ''
      response
        .setEncoding('latin1')
        .on('data', (chunk: string) => (body += chunk))
        .on('end', () => resolve({ status: response.statusCode, body }))
        .on('error', () => resolve(undefined))
    })
    request.on('error', () => resolve(undefined)).end()
    setImmediate(() => {
      socket.push(bytes)
      socket.push(null)
    })
  })
}

describe('a response that was changed anywhere', () => {
  const lines = fc.constantFrom(
    'HTTP/1.1 200 OK',
    'HTTP/1.0 200 OK',
    'content-length: 3',
    'content-length: 5',
    'transfer-encoding: chunked',
    'transfer-encoding : chunked',
    'connection: close',
    'a: b',
    ' c',
    '',
    '3',
    '5;x',
    'abc',
    'hello',
    '0',
  )
  const ends = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\n\r\n', '')
  const texts = fc
    .array(fc.tuple(lines, ends), { minLength: 1, maxLength: 14 })
    .map((given) => `HTTP/1.1 200 OK\r\n${given.map((pair) => pair.join('')).join('')}`)

  it('is refused, or read as Node.js reads it', async () => {
    let agreed = 0
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const bytes = Buffer.from(text, 'latin1')
        let own: Read | undefined
        try {
          own = read([bytes])
        } catch {
          own = undefined
        }
        if (own === undefined || !own.isComplete) return
        const theirs = await readByNode(bytes)
        // Bytes after the response are an error of Node.js; here they end the connection.
        if (own.hasExcess && theirs === undefined) return
        expect(theirs).toEqual({ status: own.status, body: own.body })
        agreed += 1
      }),
      { numRuns: effort(5_000, 1_000) },
    )
    expect(agreed).toBeGreaterThan(20)
  })
})

it.each([
  ['one connection', false],
  ['several connections', true],
])('reads a head that is repeated on %s as it would alone', (_, areSeveral) => {
  const [first, second] = [createResponseParser(), createResponseParser()]
  const response = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
  for (const [isHeadRequest, body] of [
    [true, 0],
    [false, 2],
    [false, 2],
    [true, 0],
  ] as const) {
    const parser = areSeveral && isHeadRequest ? second : first
    expectResponse(parser, isHeadRequest)
    readHead(parser, response)
    expect(parser.head).toMatchObject({ status: 200, framing: body, headers: { 'content-length': '2' } })
  }
})
