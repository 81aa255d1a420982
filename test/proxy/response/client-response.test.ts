import { once } from 'node:events'
import { createServer, request, Agent, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startServing } from '../../support/apps/client-server.ts'
import {
  beginResponse,
  endResponse,
  createClientResponse,
  writeResponse,
} from '../../../src/proxy/response/client-response.ts'

describe('a client response', () => {
  it.each([
    ['read by the balancer', true],
    ['read by node:http', false],
  ])(
    'to a request %s arrives byte for byte, in chunks or not, in pieces of any size, and its connection serves the next one',
    async (_name, isDirect) => {
      let pieces: readonly (string | Buffer)[] = []
      let headers: string[] = []
      const { port, connections, served } = await startServing(
        (_request, raw) => {
          const options = {
            isDraining: () => false,
            onDrain: () => undefined,
            onAborted: () => undefined,
          }
          const response = createClientResponse(options, undefined, raw, [...headers])
          beginResponse(response, 200)
          for (const piece of pieces.slice(0, -1)) writeResponse(response, piece)
          endResponse(response, pieces.at(-1))
        },
        { isDirect },
      )
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      onTestFinished(() => void agent.destroy())
      const sizes = fc.constantFrom(0, 1, 10, 300, 8_192, 8_193, 70_000)
      const piece = fc.oneof(
        fc.constantFrom('', 'text €', '0\r\n\r\n'),
        fc.tuple(sizes, fc.integer({ min: 0, max: 255 })).map(([size, byte]) => Buffer.alloc(size, byte)),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 6 }), fc.boolean(), async (given, hasLength) => {
          const whole = Buffer.concat(given.map((one) => Buffer.from(one)))
          pieces = given
          headers = hasLength ? ['content-length', String(whole.length)] : ['content-type', 'text/plain']
          const sent = request({ host: '127.0.0.1', port, agent, method: 'POST' }).end()
          const [response] = (await once(sent, 'response')) as [IncomingMessage]
          expect(response.headers['transfer-encoding']).toBe(hasLength ? undefined : 'chunked')
          expect(await text(response.setEncoding('latin1'))).toBe(whole.toString('latin1'))
          expect(response.complete).toBe(true)
        }),
        { numRuns: 150 },
      )
      expect(served[isDirect ? 'plain' : 'node']).toBeGreaterThan(100)
      expect(connections.open()).toBe(isDirect ? 1 : 0)
    },
  )

  it('has no chunks where the client speaks HTTP/1.0', async () => {
    const server = createServer((_request, raw) => {
      const options = {
        isDraining: () => false,
        onDrain: () => undefined,
        onAborted: () => undefined,
      }
      const response = createClientResponse(options, undefined, raw, [])
      beginResponse(response, 200)
      writeResponse(response, 'one ')
      endResponse(response, Buffer.from('two'))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write('GET / HTTP/1.0\r\n\r\n')
    expect((await text(socket)).split('\r\n\r\n')[1]).toBe('one two')
  })
})
