// Saved profiles, over HTTP and in a real folder.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { send, type Sent } from '../support/clients/http-client.ts'
import { startBridge } from '../support/apps/running-bridge.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

async function startWithProfiles(environment: Readonly<Record<string, string>> = {}) {
  const folder = join(temporaryFolder(), 'profiles')
  const { url } = await startBridge({ environment: { WS_DATA_PATH: folder, ...environment } })
  const call = (method: string, name: string, body?: string | Buffer, headers: Sent['headers'] = {}) =>
    send(`${url}/data/${name}`, { method, headers, ...(body === undefined ? {} : { body }) })
  return { url, folder, call }
}

describe('a profile', () => {
  it('is kept, listed, read, replaced and deleted', async () => {
    const { call, folder } = await startWithProfiles()
    expect((await call('GET', '')).json()).toEqual([])
    expect((await call('PUT', 'b-2.json', '{"cards":[1]}')).json()).toEqual({ ok: true })
    await call('PUT', 'A_1.json', '[]')
    expect((await call('GET', '')).json()).toEqual([
      { name: 'A_1.json', bytes: 2, modified_at: expect.stringMatching(/^\d{4}-.*Z$/) as string },
      { name: 'b-2.json', bytes: 13, modified_at: expect.any(String) as string },
    ])
    const read = await call('GET', 'b-2.json')
    expect([read.text, read.headers['content-type']]).toEqual(['{"cards":[1]}', 'application/json'])
    await call('PUT', 'b-2.json', '{}')
    expect((await call('GET', 'b-2.json')).text).toBe('{}')
    expect((await call('DELETE', 'b-2.json')).json()).toEqual({ ok: true })
    expect([(await call('DELETE', 'b-2.json')).status, (await call('GET', 'b-2.json')).status]).toEqual([
      404, 404,
    ])
    expect(readdirSync(folder)).toEqual(['A_1.json'])
  })

  it.each([
    'x.txt',
    '.json',
    'a b.json',
    'a%20b.json',
    '..%2fa.json',
    '../a.json',
    'a/b.json',
    `${'x'.repeat(65)}.json`,
    'Grüße.json',
    '__proto__',
  ])('cannot be called %j', async (name) => {
    const { call, folder } = await startWithProfiles()
    expect((await call('PUT', encodeURI(decodeURI(name)), '{}')).status).toBe(404)
    expect(() => readdirSync(folder)).toThrow('ENOENT')
  })

  it('is JSON of at most one MiB', async () => {
    const { call, folder } = await startWithProfiles()
    expect((await call('PUT', 'a.json', 'no JSON')).status).toBe(422)
    expect((await call('PUT', 'a.json', Buffer.from('"\xff"', 'latin1'))).status).toBe(422)
    const largest = JSON.stringify('x'.repeat(1024 * 1024 - 2))
    expect((await call('PUT', 'a.json', largest)).status).toBe(200)
    expect((await call('PUT', 'a.json', `${largest} `)).status).toBe(413)
    expect((await call('PUT', 'a.json', `${largest} `, { 'transfer-encoding': 'chunked' })).status).toBe(413)
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe(largest)
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  it('is one of at most a thousand', async () => {
    const { call, folder } = await startWithProfiles()
    mkdirSync(folder)
    for (let index = 0; index < 1000; index += 1) writeFileSync(join(folder, `p${index}.json`), '{}')
    expect((await call('PUT', 'one-more.json', '{}')).status).toBe(409)
    expect((await call('PUT', 'p7.json', '[]')).status).toBe(200)
  })

  it('cannot be changed by pages of other origins', async () => {
    const { url, call } = await startWithProfiles({ WS_ALLOWED_ORIGINS: 'https://app.example' })
    expect((await call('PUT', 'a.json', '{}', { origin: 'http://evil.example' })).status).toBe(403)
    expect((await call('OPTIONS', 'a.json', undefined, { origin: 'http://evil.example' })).status).toBe(403)
    expect((await call('PUT', 'a.json', '{}', { origin: url })).status).toBe(200)
    expect((await call('PUT', 'a.json', '{}', { origin: 'https://app.example' })).status).toBe(200)
    expect((await call('POST', 'a.json', '{}')).status).toBe(405)
    expect((await call('PUT', '', '{}')).status).toBe(405)
  })

  it('is not shown to the page of a public host, which its owner can let point to the bridge, nor changed by it', async () => {
    const { call, folder } = await startWithProfiles()
    const evil = { host: 'evil.example:8765', origin: 'http://evil.example:8765' }
    // A browser sends no origin with the GET of a page's own host.
    for (const headers of [evil, { host: evil.host }])
      for (const [method, name] of [
        ['GET', ''],
        ['GET', 'a.json'],
        ['PUT', 'a.json'],
        ['DELETE', 'a.json'],
      ] as const) {
        const refused = await call(method, name, method === 'PUT' ? '{}' : undefined, headers)
        expect([method, refused.status]).toEqual([method, 403])
        expect(refused.text).toContain('WS_PUBLIC_HOSTS')
      }
    expect(() => readdirSync(folder)).toThrow('ENOENT')
    const named = await startWithProfiles({ WS_PUBLIC_HOSTS: 'evil.example' })
    expect((await named.call('PUT', 'a.json', '{}', evil)).status).toBe(200)
  })

  it('requires the token if one is configured', async () => {
    const { call } = await startWithProfiles({ WS_TOKEN: 'secret-token' })
    expect((await call('GET', '')).status).toBe(401)
    expect((await call('GET', '', undefined, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await call('GET', '', undefined, { authorization: 'Bearer secret-token' })).status).toBe(200)
  })

  it('is not kept where no folder is configured', async () => {
    const { url } = await startBridge()
    expect((await send(`${url}/data/`)).status).toBe(404)
  })
})
