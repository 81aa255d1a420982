// Which header fields of a client never go upstream.
import { describe, expect, it } from 'vitest'
import { isWithheldHeader } from '../../src/core/withheld-headers.ts'

describe('a header field of a client', () => {
  it.each<[string, string[]]>([
    ['a credential', ['authorization', 'api-key', 'x-api-key', 'cookie', 'x-admin-token', 'x-csrf-token']],
    ['one of its connection', ['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']],
    ['one that blocks the upstream’s connection', ['expect', 'http2-settings', 'proxy-connection']],
    ['a credential for a proxy', ['proxy-authorization']],
    ['one that the balancer sets', ['host', 'accept-encoding', 'content-encoding', 'content-length']],
    ['one that the balancer reads', ['x-request-id', 'x-lb-route']],
  ])('is withheld where it is %s', (_, names) => {
    for (const name of names) expect(isWithheldHeader(name), name).toBe(true)
  })

  it('may go upstream where it only looks like one', () => {
    for (const name of ['proxy', 'x-lb', 'my-proxy-x', 'x-lbs', 'x-my-x-lb-route', 'content-type', ''])
      expect(isWithheldHeader(name), name).toBe(false)
  })
})
