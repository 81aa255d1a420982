import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, PREFIX, startAdmin } from '../start-admin.ts'

const WRONG = { 'x-admin-token': 'wrong' }

describe('authentication of the admin API', () => {
  it('accepts the admin token as X-Admin-Token and as bearer token', async () => {
    const { address } = await startAdmin()
    const url = `${address}${PREFIX}/state`
    expect((await fetch(url, { headers: { 'x-admin-token': ADMIN_TOKEN } })).status).toBe(200)
    expect((await fetch(url, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })).status).toBe(200)
    expect((await fetch(url, { headers: { authorization: `bearer  ${ADMIN_TOKEN}` } })).status).toBe(200)
  })

  it.each([
    ['no credential', {}],
    ['a wrong X-Admin-Token', WRONG],
    [
      'a wrong X-Admin-Token beside the right bearer token',
      { ...WRONG, authorization: `Bearer ${ADMIN_TOKEN}` },
    ],
    ['an empty bearer token', { authorization: 'Bearer ' }],
    ['the right token in another scheme', { authorization: `Basic ${ADMIN_TOKEN}` }],
    ['the right token twice', { 'x-admin-token': `${ADMIN_TOKEN}, ${ADMIN_TOKEN}` }],
  ])('refuses %s', async (_case, headers) => {
    const { address } = await startAdmin()
    const response = await fetch(`${address}${PREFIX}/state`, { headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(await response.json()).toMatchObject({ status: 401, code: 'LB_ERR_UNAUTHORIZED' })
  })

  it('requires the token before it reveals whether a route exists', async () => {
    const { call } = await startAdmin()
    expect((await call('GET', '/nothing', undefined, WRONG)).status).toBe(401)
    expect((await call('GET', '/nothing')).status).toBe(404)
  })

  it('lists the methods of a route that is requested with another one', async () => {
    const { call } = await startAdmin()
    const { status, headers, body } = await call('PUT', '/endpoints/1')
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('GET, PATCH, DELETE')
    expect(body.code).toBe('LB_ERR_METHOD_NOT_ALLOWED')
  })

  it('refuses before it has read the body', async () => {
    const { address } = await startAdmin()
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(`${address}${PREFIX}/endpoints`, {
        method: 'POST',
        headers: { ...WRONG, 'content-length': '100000' },
      })
      outgoing.on('error', reject)
      outgoing.on('response', (response) => {
        resolve(response.statusCode)
        outgoing.destroy()
      })
      // The body is never sent.
      outgoing.flushHeaders()
    })
    expect(status).toBe(401)
  })

  it('forbids caches to store its responses', async () => {
    const { call } = await startAdmin()
    expect((await call('GET', '/state')).headers.get('cache-control')).toBe('no-store')
  })
})

describe('limits', () => {
  it('limits the rate of a credential, with Retry-After', async () => {
    const { call, time } = await startAdmin({ rateLimitPerMinute: 3 })
    for (let i = 0; i < 3; i += 1) expect((await call('GET', '/state')).status).toBe(200)
    const refused = await call('GET', '/state')
    expect(refused.status).toBe(429)
    expect(refused.body.code).toBe('LB_ERR_RATE_LIMITED')
    expect(refused.headers.get('retry-after')).toBe('20')
    time.nowMs += 20_000
    expect((await call('GET', '/state')).status).toBe(200)
  })

  it('refuses wrong tokens of an address after many of them, but never the right one', async () => {
    const { call, time } = await startAdmin()
    const forwarded = (i: number) => ({ ...WRONG, 'x-forwarded-for': `10.0.0.${i}` })
    const statuses = []
    for (let i = 0; i < 25; i += 1)
      statuses.push((await call('GET', '/state', undefined, forwarded(i))).status)
    expect(statuses).toEqual([...Array<number>(20).fill(401), ...Array<number>(5).fill(429)])
    const refused = await call('GET', '/state', undefined, WRONG)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await call('GET', '/state')).status).toBe(200)
    time.nowMs += 60_000
    expect((await call('GET', '/state', undefined, WRONG)).status).toBe(401)
  })

  it('counts wrong tokens by the address that a trusted proxy reports, and over all addresses', async () => {
    const { call } = await startAdmin({ trustedProxies: [{ address: '127.0.0.0', prefix: 8 }] })
    const from = async (address: string) =>
      (await call('GET', '/state', undefined, { ...WRONG, 'x-forwarded-for': address })).status
    const statuses: Promise<number>[] = []
    for (let i = 0; i < 30; i += 1) {
      for (let guess = 0; guess < 20; guess += 1) statuses.push(from(`10.0.0.${i}`))
      await Promise.all(statuses)
    }
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([401]))
    expect(await from('10.0.0.99')).toBe(429)
    expect((await call('GET', '/state', undefined, { 'x-forwarded-for': '10.0.0.99' })).status).toBe(200)
  })

  it('does not charge failed sign-ins to the credential', async () => {
    const { call } = await startAdmin({ rateLimitPerMinute: 1 })
    for (let i = 0; i < 5; i += 1) await call('GET', '/state', undefined, WRONG)
    expect((await call('GET', '/state')).status).toBe(200)
  })
})
