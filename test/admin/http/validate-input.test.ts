import { describe, expect, it } from 'vitest'
import { startAdmin, type AdminResponse } from '../start-admin.ts'

const pointers = ({ body }: AdminResponse): string[] => body.errors.map(({ pointer }) => pointer).sort()

describe('a body that is not acceptable', () => {
  it('is refused with a sentence for every bad field', async () => {
    const { call, store } = await startAdmin()
    const answer = await call('POST', '/endpoints', {
      base_url: 'file:///etc/passwd',
      timeout_seconds: 0.5,
      verify_tls: 'yes',
      priority_order: 1.5,
      token_quota_percent: 101,
      max_concurrent: -1,
      pos_x: null,
      'a/b~c': 1,
    })
    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toMatch('application/problem+json')
    expect(answer.body).toMatchObject({ title: 'Validation failed', code: 'LB_ERR_VALIDATION', status: 422 })
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/name', detail: 'Is required.' },
        {
          pointer: '/base_url',
          detail: 'Takes an http or https URL with a host and without credentials, query or fragment.',
        },
        { pointer: '/timeout_seconds', detail: 'Takes at least 1.' },
        { pointer: '/verify_tls', detail: 'Takes true or false.' },
        { pointer: '/priority_order', detail: 'Takes a whole number.' },
        { pointer: '/token_quota_percent', detail: 'Takes at most 100.' },
        { pointer: '/max_concurrent', detail: 'Takes at least 0.' },
        { pointer: '/pos_x', detail: 'Takes a finite number.' },
        { pointer: '/a~1b~0c', detail: 'Is not a known field.' },
      ]),
    )
    expect(answer.body.errors).toHaveLength(9)
    expect((await store.readConfiguration()).endpoints).toEqual([])
    expect(await store.readAudit({ limit: 10 })).toEqual([])
  })

  it('is refused without repeating a secret', async () => {
    const { call } = await startAdmin()
    const endpoint = await call('POST', '/endpoints', {
      name: 'a',
      base_url: 'http://user:hunter2@127.0.0.1',
      api_key: 'sk-secret-\u00e9',
    })
    const token = await call('POST', '/tokens', { name: 'a', token: 'my secret token' })
    const broken = await call('POST', '/tokens', '{"token": "my-secret-token"')
    expect(pointers(endpoint)).toEqual(['/api_key', '/base_url'])
    expect(pointers(token)).toEqual(['/token'])
    expect(broken.status).toBe(400)
    expect(JSON.stringify([endpoint.body, token.body, broken.body])).not.toMatch(/secret|hunter2/)
  })

  it.each([
    ['a list', '[]'],
    ['text', '"text"'],
    ['null', 'null'],
    ['a number', '7'],
  ])('is %s', async (_case, text) => {
    const { call } = await startAdmin()
    const answer = await call('POST', '/endpoints', text)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toEqual([{ pointer: '', detail: 'Takes an object.' }])
  })

  it.each([
    ['broken', '{"name": '],
    ['not a number', '{"pos_x": NaN}'],
    ['marked with a byte order mark', '\ufeff{"name": "a"}'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['empty', ''],
  ])('is refused as JSON where it is %s', async (_case, body) => {
    const { call } = await startAdmin()
    const answer = await call('POST', '/incoming-blocks', body)
    expect(answer.status).toBe(400)
    expect(answer.body.code).toBe('LB_ERR_INVALID_JSON')
  })

  it('is refused where a number overflows, where it is compressed and where it is too large', async () => {
    const { call } = await startAdmin({ maxBodyBytes: 1000 })
    expect(pointers(await call('PATCH', '/incoming-pos', '{"pos_x": 1e999}'))).toEqual(['/pos_x'])
    const gzip = await call('PATCH', '/incoming-pos', '{"pos_x": 1}', { 'content-encoding': 'gzip' })
    expect(gzip.status).toBe(415)
    const large = await call('PATCH', '/incoming-pos', { pos_x: 1, pad: 'x'.repeat(2000) })
    expect(large.status).toBe(413)
    expect(large.body.code).toBe('LB_ERR_BODY_TOO_LARGE')
  })

  it('names bad items of lists by their index', async () => {
    const { call } = await startAdmin()
    const answer = await call('PATCH', '/positions', {
      endpoints: [
        { id: 1, pos_x: 0, pos_y: 0 },
        { id: 0, pos_x: '1', pos_y: 0, z: 1 },
      ],
    })
    expect(pointers(answer)).toEqual(['/endpoints/1/id', '/endpoints/1/pos_x', '/endpoints/1/z'])
  })

  it('cannot reach the prototype', async () => {
    const { call } = await startAdmin()
    const answer = await call('PATCH', '/routing', '{"__proto__": {"routing_mode": "priority"}}')
    expect(pointers(answer)).toEqual(['/__proto__'])
  })

  it('gets a bounded response to any number of unknown fields', async () => {
    const { call } = await startAdmin()
    const fields = Object.fromEntries(Array.from({ length: 5000 }, (_value, i) => [`field${i}`, 1]))
    expect((await call('PATCH', '/routing', fields)).body.errors).toHaveLength(1000)
  })
})

describe('an acceptable body', () => {
  it('is JSON under any content type', async () => {
    const { call } = await startAdmin()
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'nonsense',
      'application/json; charset="',
    ]) {
      const answer = await call('PATCH', '/incoming-pos', { pos_x: 3 }, { 'content-type': type })
      expect(answer.status, type).toBe(200)
    }
  })

  it('may accompany a request that needs none', async () => {
    const { call } = await startAdmin()
    expect((await call('POST', '/cache/clear', 'not JSON')).status).toBe(200)
    expect((await call('POST', '/cache/clear', '', { 'content-type': 'application/json' })).status).toBe(200)
  })

  it('is refused as empty by every PATCH that names nothing', async () => {
    const { call, endpoint } = await startAdmin()
    await endpoint('a')
    await call('POST', '/tokens', { name: 't' })
    const routes = [
      '/endpoints/1',
      '/incoming-blocks/1',
      '/tokens/1',
      '/routing',
      '/incoming-pos',
      '/positions',
    ]
    for (const route of routes) {
      const answer = await call('PATCH', route, {})
      expect(answer.status, route).toBe(400)
      expect(answer.body.code).toBe('LB_ERR_NOTHING_TO_UPDATE')
    }
    expect((await call('PATCH', '/positions', { endpoints: [] })).status).toBe(400)
  })
})

it.each(['0', '-1', '1.5', '01', 'abc', '1e3', '99999999999999999999', '%31%00'])(
  'answers 404 to the id %s',
  async (id) => {
    const { call } = await startAdmin()
    for (const object of ['endpoints', 'incoming-blocks', 'tokens']) {
      expect((await call('PATCH', `/${object}/${id}`, { name: 'a' })).status).toBe(404)
      expect((await call('DELETE', `/${object}/${id}`)).status).toBe(404)
      expect((await call('POST', `/${object}/${id}/restore`)).status).toBe(404)
    }
    expect((await call('PUT', `/wires/1/${id}`)).status).toBe(404)
    expect((await call('DELETE', `/wires/${id}/1`)).status).toBe(404)
  },
)

it('is refused as too large while the client is still sending', async () => {
  const { call } = await startAdmin({ maxBodyBytes: 1000 })
  const chunked = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 200; i += 1) controller.enqueue(new Uint8Array(65_536).fill(0x20))
      controller.close()
    },
  })
  for (const body of [new Uint8Array(20_000_000).fill(0x20), chunked]) {
    expect((await call('PATCH', '/incoming-pos', body)).status).toBe(413)
  }
})
