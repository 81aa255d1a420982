import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  beginResponse,
  endResponse,
  createClientResponse,
  writeResponse,
} from '../../../src/proxy/response/client-response.ts'

describe('a client response', () => {
  it('is cut where the client does not read the rest of an ended response', async () => {
    const events: string[] = []
    const server = createServer((_request, raw) => {
      const options = {
        isDraining: () => false,
        stallMs: 100,
        onDrain: () => undefined,
        onAborted: () => void events.push('gone'),
      }
      const response = createClientResponse(options, undefined, raw, ['content-type', 'text/plain'])
      beginResponse(response, 200)
      raw.once('close', () => events.push('closed'))
      // Until the kernel's buffers are full; what is then buffered here is below the high-water mark.
      const fill = (): void => {
        if (raw.writableLength > 0) return endResponse(response, 'the end')
        expect(writeResponse(response, Buffer.alloc(1024))).toBe(true)
        setImmediate(fill)
      }
      fill()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
    onTestFinished(() => void socket.destroy())
    const [accepted] = (await once(server, 'connection')) as [NodeJS.EventEmitter]
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(accepted, 'close')
    expect(events).toEqual(['gone', 'closed'])
  })
})
