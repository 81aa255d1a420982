import fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeRequestHead } from '../../../src/http/upstream/request-head.ts'

const write = (headers: readonly string[], path = '/v1/x?a=b', method = 'POST'): string =>
  writeRequestHead(method, path, '[::1]:8000', headers, 'content-length: 2\r\n')

it('has the request line, the host, the fields in their order, and how the body is framed', () => {
  expect(write(['X-One', 'a b\t\xe4', 'x-two', ''])).toBe(
    'POST /v1/x?a=b HTTP/1.1\r\nhost: [::1]:8000\r\nconnection: keep-alive\r\n' +
      'X-One: a b\t\xe4\r\nx-two: \r\ncontent-length: 2\r\n\r\n',
  )
})

it('has exactly one line for each field, or is not written at all', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '-', ':', ' ', '\t', '\r', '\n', '\0', '\x7f', 'ä', '€', '😀'),
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 4 }), text, text, (fields, path, method) => {
      let head: string
      try {
        head = write(fields.flat(), `/${path}`, `G${method}`)
      } catch (error) {
        expect(error).toMatchObject({ code: 'UPSTREAM_INVALID_REQUEST' })
        return
      }
      const lines = head.split(/\r\n|\r|\n/)
      expect(lines.slice(3, -3)).toEqual(fields.map(([name, value]) => `${name}: ${value}`))
      expect(lines[0]?.split(' ')).toHaveLength(3)
      expect(head).toMatch(/^[\t\x20-\x7e\x80-\xff\r\n]*$/)
    }),
    { numRuns: 2_000 },
  )
})

it.each([
  'content-length',
  'Content-Length',
  'connection',
  'Host',
  'transfer-encoding',
  'TE',
  'trailer',
  'upgrade',
  'expect',
  'keep-alive',
])('refuses %s, which the transport sets itself or which would change the connection', (name) => {
  expect(() => write([name, 'x'])).toThrow('cannot be sent')
})

it('leaves the length of a body to the caller that alone knows it', () => {
  const head = writeRequestHead('POST', '/', 'a', ['content-length', '7'], '')
  expect(head).toBe('POST / HTTP/1.1\r\nhost: a\r\nconnection: keep-alive\r\ncontent-length: 7\r\n\r\n')
})
