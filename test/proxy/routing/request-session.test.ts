import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createSessionReader } from '../../../src/proxy/routing/request-session.ts'
import type { ClientIdentity } from '../../../src/proxy/request/authenticate-client.ts'
import { prepareBody } from '../../../src/proxy/request/prepare-body.ts'
import { tokenConfig } from '../../support/gateway/gateway-fixture.ts'

const readSession = createSessionReader('secret of the tests')

interface Given {
  readonly client?: Partial<ClientIdentity>
  readonly body?: string
  readonly headers?: IncomingHttpHeaders
  readonly read?: typeof readSession
}

const sessionOf = (affinity: string, { client, body = '{}', headers = {}, read = readSession }: Given = {}) =>
  read(affinity, { token: null, blockId: 1, ...client }, prepareBody(Buffer.from(body)), headers)

const named = { user: 'u', prompt_cache_key: 'k' }

describe('the session of a request', () => {
  it('is none where the block keeps no sessions together, or the request does not name one', () => {
    const given = {
      body: JSON.stringify(named),
      headers: { 'x-session-id': 's' },
      client: { staticDigest: 'd' },
    }
    expect(sessionOf('none', given)).toBeUndefined()
    for (const affinity of ['token', 'user', 'prompt_cache_key', 'header:x-session-id']) {
      expect(sessionOf(affinity, given)).toMatch(/^[\w-]{22}$/)
      expect(sessionOf(affinity)).toBeUndefined()
    }
    expect(sessionOf('header:x-session-id', { headers: { 'x-session-id': '' } })).toBeUndefined()
  })

  it('is the same for the same name, and another for another name, kind, block or secret', () => {
    const token = (id: number) => ({ client: { token: tokenConfig(id) } })
    const user = (name: string) => ({ body: JSON.stringify({ user: name }) })
    const header = (value: string) => ({ headers: { 'x-session-id': value } })
    const sessions = [
      sessionOf('token', token(1)),
      sessionOf('token', token(2)),
      sessionOf('token', { client: { staticDigest: 'd' } }),
      sessionOf('user', user('a')),
      sessionOf('user', user('b')),
      sessionOf('user', { ...user('a'), client: { blockId: 2 } }),
      sessionOf('user', { ...user('a'), read: createSessionReader('another secret') }),
      sessionOf('prompt_cache_key', { body: '{"prompt_cache_key":"a"}' }),
      sessionOf('header:x-session-id', header('a')),
    ]
    expect(sessions).not.toContain(undefined)
    expect(new Set(sessions).size).toBe(sessions.length)
    expect(sessionOf('token', token(1))).toBe(sessions[0])
    expect(sessionOf('user', { body: '{"x":1,"user":"\\u0061","model":"m"}' })).toBe(sessions[3])
    // A restart with the same secret changes nothing.
    expect(sessionOf('user', { ...user('a'), read: createSessionReader('secret of the tests') })).toBe(
      sessions[3],
    )
  })

  it('is none where the name is too long, empty or of another type, which is left to the upstream', () => {
    for (const value of ['""', 'null', '7', '["a"]', '{}', `"${'x'.repeat(1_024)}"`])
      expect(sessionOf('user', { body: `{"user":${value}}` })).toBeUndefined()
    expect(
      sessionOf('header:x-session-id', { headers: { 'x-session-id': 'x'.repeat(1_025) } }),
    ).toBeUndefined()
    expect(sessionOf('header:set-cookie', { headers: { 'set-cookie': ['a'] } })).toBeUndefined()
  })
})
