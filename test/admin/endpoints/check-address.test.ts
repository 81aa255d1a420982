import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryPath } from '../../store/temporary-store.ts'
import { startAdmin } from '../start-admin.ts'

const HERE = 'https://backend.example/v1'
const ELSEWHERE = ['https://evil.example/v1', 'http://backend.example/v1', 'https://backend.example:8443/v1']

describe('a stored key', () => {
  it('does not follow a changed base_url to another origin', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('a', { base_url: HERE, api_key: 'stored-key' })
    for (const base_url of ELSEWHERE) {
      const { status, body } = await admin.call('PATCH', `/endpoints/${id}`, { base_url, enabled: true })
      expect([base_url, status, body.errors.map(({ pointer }) => pointer)]).toEqual([
        base_url,
        422,
        ['/api_key'],
      ])
    }
    expect(admin.state.snapshot().endpointById.get(id)).toMatchObject({ baseUrl: HERE, apiKey: 'stored-key' })
  })

  it('stays where only the path changes, and is replaced or removed together with the origin', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('a', { base_url: HERE, api_key: 'stored-key' })
    const patch = async (fields: object) => (await admin.call('PATCH', `/endpoints/${id}`, fields)).status
    expect(await patch({ base_url: 'https://BACKEND.example:443/v2' })).toBe(200)
    expect(await patch({ base_url: 'https://other.example/v1', api_key: 'other-key' })).toBe(200)
    expect(await patch({ base_url: 'https://third.example/v1', api_key: '' })).toBe(200)
    expect(await patch({ base_url: HERE })).toBe(200)
    expect(admin.state.snapshot().endpointById.get(id)).toMatchObject({ baseUrl: HERE, apiKey: '' })
  })

  it.each(['', ', api_key: "${A_API_KEY}"'])(
    'does not follow a configuration file that has it not (%s)',
    async (key) => {
      const admin = await startAdmin()
      const id = await admin.endpoint('a', { base_url: HERE, api_key: 'stored-key' })
      const apply = (url: string, keyField: string) =>
        admin.call('POST', '/config/apply', {
          yaml: `endpoints: [{ name: a, base_url: "${url}"${keyField} }]`,
        })
      const { status, body } = await apply('https://evil.example/v1', key)
      expect([status, body.errors]).toMatchObject([422, [{ pointer: '/endpoints/0/api_key', line: 1 }]])
      expect(admin.state.snapshot().endpointById.get(id)).toMatchObject({
        apiKey: 'stored-key',
        baseUrl: HERE,
      })
      expect((await apply(`${HERE}/more`, key)).status).toBe(200)
      expect((await apply('https://evil.example/v1', ', api_key: other')).status).toBe(200)
    },
  )
})

describe('an address that cannot be used', () => {
  const unusable = [
    ...[
      '',
      'not a url',
      'ftp://backend/v1',
      'http://',
      'http://user:pass@backend/v1',
      'http://backend/v1?x=1',
    ],
    ...['http://backend:0/v1', 'http://a..b/v1', 'javascript:alert(1)'],
  ]

  it('is refused wherever it is given', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('a')
    for (const base_url of unusable) {
      expect((await admin.call('POST', '/endpoints', { name: 'b', base_url })).status).toBe(422)
      expect((await admin.call('PATCH', `/endpoints/${id}`, { base_url })).status).toBe(422)
      const yaml = JSON.stringify({ endpoints: [{ name: 'a', base_url }] })
      expect((await admin.call('POST', '/config/apply', { yaml })).status).toBe(422)
    }
  })

  it('of a database disables the endpoint, which can be enabled with another one only', async () => {
    const path = temporaryPath()
    const first = await startAdmin({ path })
    const ids: number[] = []
    for (const [index] of unusable.entries()) ids.push(await first.endpoint(`endpoint-${index}`))
    await first.close()
    const database = new Database(path)
    for (const [index, id] of ids.entries())
      database.prepare('update endpoints set base_url = ? where id = ?').run(unusable[index], id)
    database.close()
    const admin = await startAdmin({ path })
    for (const id of ids) {
      expect((await admin.call('DELETE', `/endpoints/${id}`)).status).toBe(200)
      expect((await admin.call('POST', `/endpoints/${id}/restore`)).status).toBe(200)
      expect(admin.state.snapshot().endpointById.get(id)?.enabled).toBe(false)
      const { status, body } = await admin.call('PATCH', `/endpoints/${id}`, { enabled: true })
      expect([status, body.errors.map(({ pointer }) => pointer)]).toEqual([422, ['/base_url']])
      expect((await admin.call('PATCH', `/endpoints/${id}`, { priority_order: 3 })).status).toBe(200)
    }
    const repaired = { base_url: HERE, enabled: true }
    expect((await admin.call('PATCH', `/endpoints/${ids[0]}`, repaired)).body.enabled).toBe(true)
  })
})
