import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { dropInterimResponses } from '../../../src/proxy/upstream/drop-interim-responses.ts'

const interim = fc.constantFrom(
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.0 100 Continue\r\nx-a: 1\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n',
  'HTTP/1.1 102 Processing\r\n\r\n',
)
const final = fc.constantFrom(
  'HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'HTTP/1.0 404 Not Found\r\n\r\n',
  'HTTP/2 200\r\n\r\n',
  'something else',
  'H',
)

/** A connected pair of sockets. */
async function connectPair() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [upstream] = (await once(server, 'connection')) as [typeof client]
  onTestFinished(() => {
    for (const socket of [client, upstream]) socket.destroy()
    server.close()
  })
  return { client, upstream }
}

it('leaves of the responses to a request the final one, wherever the bytes are split', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(interim, { maxLength: 4 }),
      final,
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
      async (before, last, sizes) => {
        const { client } = await connectPair()
        const all = Buffer.from(before.join('') + last, 'latin1')
        const chunks: Buffer[] = []
        for (let start = 0, index = 0; start < all.length; index += 1) {
          const end = start + (sizes[index % sizes.length] ?? 1)
          chunks.push(all.subarray(start, end))
          start = end
        }
        // The bytes are given in exactly these pieces, which no socket promises.
        client.read = () => chunks.shift() ?? null
        dropInterimResponses(client)
        client.write('GET / HTTP/1.1\r\n\r\n')
        let received = ''
        for (
          let chunk = client.read() as Buffer | null;
          chunk !== null;
          chunk = client.read() as Buffer | null
        )
          received += chunk.toString('latin1')
        client.destroy()
        // Too few bytes to tell are kept back.
        expect(received).toBe(last === 'H' ? '' : last)
      },
    ),
    { numRuns: 60 },
  )
})

it('loses nothing where Node.js reads no bytes, as it does to fetch more', async () => {
  const { client, upstream } = await connectPair()
  dropInterimResponses(client)
  client.write('GET / HTTP/1.1\r\n\r\n')
  upstream.write('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n')
  await once(client, 'readable')
  expect(client.read(0)).toBe(null)
  expect(String(client.read())).toBe('HTTP/1.1 200 OK\r\n\r\n')
  upstream.write('the body')
  await once(client, 'readable')
  client.unshift(client.read())
  expect(client.read(0)).toBe(null)
  expect(String(client.read())).toBe('the body')
})
