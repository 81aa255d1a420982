// Requests that refer to objects which a backend keeps, over HTTP.
import { describe, expect, it } from 'vitest'
import { eventually, startApp } from '../../support/apps/running-app.ts'
import { open, readResponse, responseOf, send } from '../../support/clients/http-client.ts'
import { startObjectKeeper } from '../../support/upstreams/object-keeper.ts'

/** Starts two keepers behind the balancer. @param endpoint - fields of both endpoints. */
async function startKeepers(environment: Readonly<Record<string, string>> = {}, endpoint: object = {}) {
  const keepers = [await startObjectKeeper('one'), await startObjectKeeper('two')] as const
  const app = await startApp({ environment, backends: [{}, {}], endpoints: endpoint })
  for (const [index, { baseUrl }] of keepers.entries())
    await app.admin.patchEndpoint(app.endpoints[index]?.id ?? 0, { base_url: baseUrl })
  const create = async (kind: string, body: object = {}, headers = {}) =>
    ((await app.post(`/v1/${kind}`, body, headers)).json() as { id: string }).id
  /** The keeper of an id, and the other one. */
  const keeperOf = (id: string) => (id.includes('_one_') ? keepers : ([keepers[1], keepers[0]] as const))
  const ask = (path: string, method = 'GET') => app.send(path, { method })
  return { app, keepers, create, keeperOf, ask }
}

const follow = (id: string, fields: object = {}) => ({
  model: 'm',
  input: 'Hi',
  previous_response_id: id,
  ...fields,
})

describe('a stored response', () => {
  it('is asked for, continued, cancelled and deleted at the endpoint that made it', async () => {
    const { app, create, keeperOf, ask } = await startKeepers()
    const ids = await Promise.all(
      Array.from({ length: 8 }, () => create('responses', { model: 'm', input: 'Hi' })),
    )
    // Both have made some.
    expect(new Set(ids.map((id) => id.includes('_one_'))).size).toBe(2)
    for (const id of ids) {
      const [keeper, other] = keeperOf(id)
      const before = other.asked.length
      keeper.asked.length = 0
      expect((await ask(`/v1/responses/${id}?include=x`)).json()).toMatchObject({ id })
      expect((await ask(`/responses/${id}/input_items?limit=2`)).json()).toMatchObject({
        id,
        rest: 'input_items',
      })
      expect((await app.post('/v1/responses', follow(id))).status).toBe(200)
      expect((await app.post('/v1/responses/input_tokens', follow(id))).json()).toMatchObject({
        input_tokens: 11,
      })
      expect((await app.send(`/v1/pool/responses/${id}/cancel`, { method: 'POST' })).json()).toMatchObject({
        id,
      })
      expect((await ask(`/v1/responses/${id}`, 'DELETE')).json()).toMatchObject({ id, deleted: true })
      expect(keeper.asked).toEqual([
        `GET /v1/responses/${id}?include=x`,
        `GET /v1/responses/${id}/input_items?limit=2`,
        'POST /v1/responses',
        'POST /v1/responses/input_tokens',
        `POST /v1/responses/${id}/cancel`,
        `DELETE /v1/responses/${id}`,
      ])
      expect(other.asked).toHaveLength(before)
    }
  })

  it('that was deleted, or that no backend has made for the client, is told as a backend tells it', async () => {
    const { app, keepers, create, ask } = await startKeepers()
    const id = await create('responses', { model: 'm', input: 'Hi' })
    await ask(`/v1/responses/${id}`, 'DELETE')
    const arrived = () => keepers[0].asked.length + keepers[1].asked.length
    const before = arrived()
    for (const unknown of [id, 'resp_none', '..', 'a%2fb', ' '.repeat(20).replaceAll(' ', '%20')]) {
      const response = await ask(`/v1/responses/${unknown}`)
      expect([response.status, response.json()]).toMatchObject([
        404,
        {
          error: {
            message: `Response with id '${decodeURIComponent(unknown)}' not found.`,
            type: 'invalid_request_error',
            code: 'LB_ERR_OBJECT_NOT_FOUND',
          },
        },
      ])
    }
    const followed = await app.post('/v1/responses', follow('resp_none'))
    expect([followed.status, followed.json()]).toMatchObject([
      404,
      { error: { code: 'previous_response_not_found', param: 'previous_response_id' } },
    ])
    for (const body of [
      follow('x', { previous_response_id: 1 }),
      { model: 'm', input: 'Hi', conversation: {} },
    ])
      expect((await app.post('/v1/responses', body)).status).toBe(400)
    expect(arrived()).toBe(before)
  })

  it('belongs to the clients of one block', async () => {
    const { app, create, keepers, ask } = await startKeepers()
    const block = await app.admin.block('others')
    for (const { id } of app.endpoints) await app.admin.call('PUT', `/wires/${block.id}/${id}`)
    const { token } = await app.admin.token('other', { incoming_block_id: block.id })
    const { token: own } = await app.admin.token('own')
    const { token: friend } = await app.admin.token('friend')
    const as = (secret: string) => ({ authorization: `Bearer ${secret}` })
    const id = await create('responses', { model: 'm', input: 'Hi' }, as(own))
    const before = keepers[0].asked.length + keepers[1].asked.length
    expect((await app.send(`/v1/responses/${id}`, { headers: as(token) })).status).toBe(404)
    expect((await app.post('/v1/responses', follow(id), as(token))).status).toBe(404)
    expect((await ask(`/v1/responses/${id}`)).status).toBe(401)
    expect(keepers[0].asked.length + keepers[1].asked.length).toBe(before)
    expect((await app.send(`/v1/responses/${id}`, { headers: as(friend) })).status).toBe(200)
  })

  it('may be asked for by a client that is bound to models, which names none then', async () => {
    const { app, create } = await startKeepers()
    const { token } = await app.admin.token('bound', { allowed_models: ['m'] })
    const headers = { authorization: `Bearer ${token}` }
    const id = await create('responses', { model: 'm', input: 'Hi' }, headers)
    expect((await app.send(`/v1/responses/${id}`, { headers })).status).toBe(200)
  })

  it('is known while its stream is still going on', async () => {
    const { app, keepers, keeperOf, ask } = await startKeepers()
    const client = open(`${app.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input: 'Hi', stream: true }),
    })
    // The headers come with the first event.
    const response = await responseOf(client)
    const asked = keepers[0].asked.length > 0 ? 'one' : 'two'
    const id = `resp_${asked}_1`
    expect((await ask(`/v1/responses/${id}`)).json()).toMatchObject({ id, by: asked })
    keeperOf(id)[0].endStream()
    expect((await readResponse(response)).text).toContain('response.completed')
  })

  it('is counted once: its tokens are not, when it is asked for', async () => {
    const { app, create, ask } = await startKeepers()
    const id = await create('responses', { model: 'm', input: 'Hi' })
    await ask(`/v1/responses/${id}`)
    await app.settled()
    const { endpoints } = await app.admin.state()
    expect(endpoints.reduce((sum, { completion_tokens_total }) => sum + completion_tokens_total, 0)).toBe(4)
  })

  it('in the background is counted once, for the client that is first told its usage, also after a restart', async () => {
    const { app, keepers, create } = await startKeepers()
    const as = async (name: string) => {
      const { id, token } = await app.admin.token(name)
      return { id, headers: { authorization: `Bearer ${token}` } }
    }
    const [maker, asker] = [await as('maker'), await as('asker')]
    const ids = [
      await create('responses', { model: 'm', input: 'Hi', background: true }, maker.headers),
      await create('responses', { model: 'm', input: 'Hi', background: true }, maker.headers),
    ]
    const askAll = (url: string, { headers }: { headers: Record<string, string> }, rest = '') =>
      Promise.all(ids.map((id) => send(`${url}/v1/responses/${id}${rest}`, { headers })))
    await askAll(app.url, asker)
    for (const keeper of keepers) keeper.completeAll()
    await askAll(app.url, maker, '/input_items')
    await app.settled()
    const countsAt = async (url: string) => {
      const headers = { 'x-admin-token': 'admin-token-of-the-tests' }
      const view = async (name: string) => (await send(`${url}/admin/api/${name}`, { headers })).json()
      type Counted = { id: number; completion_tokens_total: number }[]
      const tokens = (await view('tokens')) as Counted
      const { endpoints } = (await view('state')) as { endpoints: Counted }
      const countOf = (id: number) => tokens.find((each) => each.id === id)?.completion_tokens_total
      const sum = endpoints.reduce((total, each) => total + each.completion_tokens_total, 0)
      return { maker: countOf(maker.id), asker: countOf(asker.id), endpoints: sum }
    }
    expect(await countsAt(app.url)).toEqual({ maker: 0, asker: 0, endpoints: 0 })
    const url = await app.restart()
    await Promise.all([askAll(url, asker), askAll(url, asker)])
    await askAll(url, maker)
    await eventually(async () => expect(await countsAt(url)).toEqual({ maker: 0, asker: 8, endpoints: 8 }))
  })

  it('whose client has left its stream in the background counts the rest when it is asked for', async () => {
    const { app, keepers, ask } = await startKeepers()
    const id = 'resp_left'
    const delta = 'data: {"type":"response.output_text.delta","delta":"x"}\n\n'
    for (const keeper of keepers)
      keeper.instead((_request, response) => {
        response.setHeader('content-type', 'text/event-stream')
        response.write(
          `data: {"type":"response.created","response":{"id":"${id}","usage":null}}\n\n${delta}${delta}`,
        )
      })
    const client = open(`${app.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input: 'Hi', stream: true, background: true }),
    })
    await responseOf(client)
    const totals = async () =>
      (await app.admin.state()).endpoints.reduce((sum, each) => sum + each.completion_tokens_total, 0)
    client.destroy()
    await eventually(async () => expect(await totals()).toBe(2))
    for (const keeper of keepers)
      keeper.instead((_request, response) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ id, usage: { input_tokens: 30, output_tokens: 7 } }))
      })
    await ask(`/v1/responses/${id}`)
    await app.settled()
    expect(await totals()).toBe(7)
  })

  it('in the background counts nothing once it is cancelled or deleted', async () => {
    const { app, create, ask } = await startKeepers()
    const body = { model: 'm', input: 'Hi', background: true }
    const [cancelled, deleted] = [await create('responses', body), await create('responses', body)]
    await app.send(`/v1/responses/${cancelled}/cancel`, { method: 'POST' })
    await ask(`/v1/responses/${cancelled}`)
    await ask(`/v1/responses/${deleted}`, 'DELETE')
    await app.settled()
    const { endpoints } = await app.admin.state()
    expect(endpoints.map(({ completion_tokens_total }) => completion_tokens_total)).toEqual([0, 0])
  })

  it('is not known where the client has asked that nothing is kept', async () => {
    const { create, ask } = await startKeepers()
    const id = await create('responses', { model: 'm', input: 'Hi', store: false })
    expect((await ask(`/v1/responses/${id}`)).status).toBe(404)
  })

  it('gives way to later ones beyond LB_OBJECT_PINS_MAX', async () => {
    const { create, ask } = await startKeepers({ LB_OBJECT_PINS_MAX: '2' })
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1) ids.push(await create('responses', { model: 'm', input: 'Hi' }))
    const statuses = await Promise.all(ids.map(async (id) => (await ask(`/v1/responses/${id}`)).status))
    expect(statuses).toEqual([404, 200, 200])
  })

  it('is still found after a restart, and not once its endpoint has been deleted', async () => {
    const { app, create, keeperOf } = await startKeepers()
    const id = await create('responses', { model: 'm', input: 'Hi' })
    const [keeper] = keeperOf(id)
    const url = await app.restart()
    expect((await send(`${url}/v1/responses/${id}`)).json()).toMatchObject({ id })
    const endpoint = app.endpoints[keeper === keeperOf('_one_')[0] ? 0 : 1]
    await send(`${url}/admin/api/endpoints/${endpoint?.id}`, {
      method: 'DELETE',
      headers: { 'x-admin-token': 'admin-token-of-the-tests' },
    })
    const arrived = keeper.asked.length
    expect((await send(`${url}/v1/responses/${id}`)).status).toBe(404)
    expect(keeper.asked).toHaveLength(arrived)
  })
})

describe('a request that refers to an object', () => {
  it('is not sent elsewhere when its endpoint fails', async () => {
    const { app, create, keeperOf } = await startKeepers()
    const id = await create('responses', { model: 'm', input: 'Hi' })
    const [keeper, other] = keeperOf(id)
    const before = other.asked.length
    keeper.instead((request) => request.socket.destroy())
    expect((await app.post('/v1/responses', follow(id))).status).toBe(502)
    keeper.instead((_request, response) => response.writeHead(503).end())
    expect((await app.post('/v1/responses', follow(id))).status).toBe(503)
    expect(other.asked).toHaveLength(before)
  })

  it('says which object it is about while that endpoint is away', async () => {
    const { app, create, keeperOf } = await startKeepers({ LB_FAIL_THRESHOLD: '1' })
    const id = await create('responses', { model: 'm', input: 'Hi' })
    const [keeper, other] = keeperOf(id)
    const before = other.asked.length
    keeper.instead((_request, response) => response.writeHead(503).end())
    await app.post('/v1/responses', follow(id))
    const cooling = await app.post('/v1/responses', follow(id))
    expect([cooling.status, cooling.json()]).toMatchObject([
      503,
      { error: { code: 'LB_ERR_ALL_COOLING', message: `the endpoint that keeps '${id}' is in cooldown` } },
    ])
    expect(cooling.headers['retry-after']).toBeDefined()
    const endpoint = app.endpoints[id.includes('_one_') ? 0 : 1]
    await app.admin.patchEndpoint(endpoint?.id ?? 0, { enabled: false })
    const away = await app.post('/v1/responses', follow(id))
    expect([away.status, away.json()]).toMatchObject([
      503,
      { error: { code: 'LB_ERR_NO_ENDPOINT', message: `the endpoint that keeps '${id}' is not connected` } },
    ])
    expect(other.asked).toHaveLength(before)
  })

  it('waits for its endpoint alone, and does not hold up what may go elsewhere', async () => {
    const { app, create, keeperOf } = await startKeepers({}, { max_concurrent: 1 })
    const id = await create('responses', { model: 'm', input: 'Hi' })
    const [keeper, other] = keeperOf(id)
    const held: (() => void)[] = []
    keeper.instead((_request, response) => {
      held.push(() => response.setHeader('content-type', 'application/json').end('{"output":[]}'))
    })
    const first = app.post('/v1/responses', follow(id))
    await eventually(() => expect(held).toHaveLength(1))
    const second = app.post('/v1/responses', follow(id))
    await eventually(async () => expect((await app.admin.state()).stats.queued).toBe(1))
    expect((await app.post('/v1/responses', { model: 'm', input: 'Hi' })).status).toBe(200)
    expect(other.asked.at(-1)).toBe('POST /v1/responses')
    held[0]?.()
    expect((await first).status).toBe(200)
    await eventually(() => expect(held).toHaveLength(2))
    held[1]?.()
    expect((await second).status).toBe(200)
  })

  it('goes where its objects are, and is told apart where two endpoints keep them', async () => {
    const { app, create, keeperOf, keepers } = await startKeepers()
    const ids: string[] = []
    while (new Set(ids.map((id) => id.includes('_one_'))).size < 2) ids.push(await create('conversations'))
    const [one = '', two = ''] = [
      ids.find((id) => id.includes('_one_')),
      ids.find((id) => id.includes('_two_')),
    ]
    for (const conversation of [one, { id: two }]) {
      const [keeper] = keeperOf(typeof conversation === 'string' ? conversation : conversation.id)
      const before = keeper.asked.length
      expect((await app.post('/v1/responses', { model: 'm', input: 'Hi', conversation })).status).toBe(200)
      expect(keeper.asked).toHaveLength(before + 1)
    }
    const responseId = await create('responses', { model: 'm', input: 'Hi', conversation: one })
    expect(responseId).toContain('_one_')
    const before = keepers[0].asked.length + keepers[1].asked.length
    const mixed = await app.post('/v1/responses', follow(responseId, { conversation: two }))
    expect([mixed.status, mixed.json()]).toMatchObject([404, { error: { param: 'conversation' } }])
    expect(keepers[0].asked.length + keepers[1].asked.length).toBe(before)
  })
})

describe('a request that leaves an object behind', () => {
  it.each([{ store: true }, { background: true }])(
    'with %j is sent once, unless it never reached its endpoint',
    async (fields) => {
      const { app, keepers } = await startKeepers()
      const body = { model: 'm', input: 'Hi', ...fields }
      const arrived = () => keepers[0].asked.length + keepers[1].asked.length
      for (const keeper of keepers) keeper.instead((request) => request.socket.destroy())
      expect((await app.post('/v1/responses', body)).status).toBe(502)
      expect(arrived()).toBe(1)
      for (const keeper of keepers) keeper.instead((_request, response) => response.writeHead(503).end())
      expect((await app.post('/v1/responses', body)).status).toBe(503)
      expect(arrived()).toBe(3)
    },
  )
})

describe('conversations', () => {
  it('are read, changed and deleted at the endpoint that made them', async () => {
    const { app, create, keeperOf, ask } = await startKeepers()
    const id = await create('conversations', { items: [] })
    const [keeper] = keeperOf(id)
    keeper.asked.length = 0
    expect((await app.post(`/v1/conversations/${id}`, { metadata: {} })).status).toBe(200)
    expect((await app.post(`/v1/conversations/${id}/items`, { items: [] })).status).toBe(200)
    expect((await ask(`/v1/conversations/${id}/items`)).status).toBe(200)
    expect((await ask(`/v1/conversations/${id}`, 'DELETE')).status).toBe(200)
    expect((await ask(`/v1/conversations/${id}`)).json()).toMatchObject({
      error: { message: `Conversation with id '${id}' not found.` },
    })
    expect(keeper.asked).toHaveLength(4)
  })
})

describe('files and batches', () => {
  const form = (purpose = 'batch') => {
    const boundary = 'xyz'
    const part = (name: string, rest: string, value: string) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${rest}\r\n\r\n${value}\r\n`
    return {
      body: `${part('purpose', '', purpose)}${part('file', '; filename="a.jsonl"', '{}')}--${boundary}--\r\n`,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    }
  }

  it('are not served unless the operator wants it', async () => {
    const { app, keepers } = await startKeepers()
    const { body, headers } = form()
    expect((await app.post('/v1/files', body, headers)).status).toBe(404)
    expect((await app.post('/v1/batches', { input_file_id: 'f' })).status).toBe(404)
    expect(keepers[0].asked.length + keepers[1].asked.length).toBe(0)
  })

  it('stay together: a batch goes where its file is, and its results are found there', async () => {
    const { app, keeperOf, ask } = await startKeepers({ LB_SERVE_FILES: 'true' })
    for (let round = 0; round < 4; round += 1) {
      const { body, headers } = form()
      const file = ((await app.post('/v1/files', body, headers)).json() as { id: string }).id
      const [keeper, other] = keeperOf(file)
      const before = other.asked.length
      const made = (await app.post('/v1/batches', { input_file_id: file })).json() as { id: string }
      expect(keeperOf(made.id)[0]).toBe(keeper)
      const done = (await ask(`/v1/batches/${made.id}`)).json() as { output_file_id: string }
      expect((await ask(`/v1/files/${done.output_file_id}/content`)).json()).toMatchObject({
        rest: 'content',
      })
      expect((await app.send(`/v1/batches/${made.id}/cancel`, { method: 'POST' })).status).toBe(200)
      expect((await ask(`/v1/files/${file}`, 'DELETE')).status).toBe(200)
      expect((await ask(`/v1/files/${file}`)).status).toBe(404)
      expect(other.asked).toHaveLength(before)
    }
    const unknown = await app.post('/v1/batches', { input_file_id: 'file_none' })
    expect([unknown.status, unknown.json()]).toMatchObject([
      404,
      { error: { message: "File with id 'file_none' not found.", param: 'input_file_id' } },
    ])
  })
})
