import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createClientAddress } from '../../../src/admin/auth/client-address.ts'

function from(peer: string, forwardedFor?: string): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const request = new IncomingMessage(socket)
  if (forwardedFor !== undefined) request.headers['x-forwarded-for'] = forwardedFor
  return request
}

describe('the address of a client', () => {
  const addressOf = createClientAddress([
    { address: '10.0.0.0', prefix: 8 },
    { address: '2001:db8::', prefix: 32 },
  ])

  it.each([
    ['10.0.0.1', '192.0.2.7'],
    ['::ffff:10.0.0.1', '192.0.2.7'],
    ['2001:db8::1', '192.0.2.7'],
    ['10.0.0.1', '198.51.100.1, 192.0.2.7'],
    ['10.0.0.1', '198.51.100.1, 192.0.2.7, 10.1.1.1, 2001:db8::5'],
    ['10.0.0.1', '192.0.2.7:4711'],
  ])('behind %s is the last of X-Forwarded-For that is no trusted proxy: %s', (peer, forwardedFor) => {
    expect(addressOf(from(peer, forwardedFor))).toBe('192.0.2.7')
  })

  it('is read with brackets and port, as some proxies write it', () => {
    expect(addressOf(from('10.0.0.1', '[2001:db9::1]:443'))).toBe('2001:db9::1')
  })

  it.each([
    ['192.0.2.1', '10.0.0.5'],
    ['192.0.2.1', undefined],
    ['::ffff:192.0.2.1', '1.2.3.4'],
    ['10.0.0.1', undefined],
    ['10.0.0.1', 'unknown'],
    ['10.0.0.1', '192.0.2.7, <script>'],
    ['', '192.0.2.7'],
  ])('from %s is that of the connection with X-Forwarded-For %s', (peer, forwardedFor) => {
    expect(addressOf(from(peer, forwardedFor))).toBe(peer)
    expect(createClientAddress([])(from(peer, forwardedFor))).toBe(peer)
  })
})
