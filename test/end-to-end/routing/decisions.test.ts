// Checks that an operator can read why requests went where they went, and where one would go, and that no prompt is in it.
import { describe, expect, it } from 'vitest'
import type { DecisionView, ExplanationView } from '../../../src/contract/traffic/decision.ts'
import { chatOf, eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { send } from '../../support/clients/http-client.ts'

const CHAT = '/v1/chat/completions'
const MARKER = 'marker-of-the-prompt'

const decisionsOf = (app: RunningApp, query = ''): Promise<DecisionView[]> =>
  app.admin.call('GET', `/decisions${query}`)
const explain = (app: RunningApp, body: object): Promise<ExplanationView> =>
  app.admin.call('POST', '/explain', body)
const ids = (decisions: readonly DecisionView[]): (string | null)[] =>
  decisions.map(({ request_id }) => request_id)

const prompt = (): object => chatOf({ messages: [{ role: 'user', content: MARKER.repeat(200) }] })

const startThree = (environment = {}): Promise<RunningApp> =>
  startApp({
    backends: [{}, {}, { fault: { kind: 'status', status: 500 } }],
    endpoints: [1, 2, 3].map((rank) => ({ priority_order: rank })),
    environment: { LB_FAIL_THRESHOLD: '1000', ...environment },
  })

describe('the decisions', () => {
  it('say for each attempt where it went and why, and how it ended there, the newest first', async () => {
    const app = await startThree()
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    await app.admin.patchEndpoint(3, { priority_order: 0 })
    const { headers } = await app.post(CHAT, chatOf({ stream: true }))
    await eventually(async () => expect((await decisionsOf(app))[0]?.outcome).toBe('success'))
    const decisions = await decisionsOf(app)
    const both = { request_id: headers['x-request-id'], block_id: 1, call: 'chat', routing_mode: 'priority' }
    expect(decisions).toMatchObject([
      { ...both, endpoint_id: 1, attempt: 2, outcome: 'success', status: 200, reason: 'policy order' },
      { ...both, endpoint_id: 3, attempt: 1, outcome: 'failure', status: 500, reason: 'policy order' },
    ])
    expect(decisions[0]?.first_token_ms).toBeGreaterThan(0)
    expect(decisions[1]?.first_token_ms).toBeNull()
    expect(decisions[0]?.candidates).toMatchObject([
      { endpoint_id: 1, state: 'eligible', rank: 1, pass: null },
      { endpoint_id: 2, state: 'lower rank', rank: 2, expected_ms: null },
      { endpoint_id: 3, state: 'tried before' },
    ])
  })

  it('are filtered by endpoint, client token, block, model and outcome', async () => {
    const app = await startThree()
    const block = await app.admin.block('team')
    const { id, token } = await app.admin.token('team', {
      incoming_block_id: block.id,
      preferred_endpoint_id: 2,
    })
    const authorised = { authorization: `Bearer ${token}` }
    const own = await app.post(CHAT, chatOf({ model: 'sim-model' }), authorised)
    expect(own.status).toBe(200)
    const [decision] = await decisionsOf(app)
    expect(decision).toMatchObject({ token_id: id, block_id: block.id, endpoint_id: 2, reason: 'pinned' })
    const found = [own.headers['x-request-id']]
    for (const query of ['endpoint_id=2', `token_id=${id}`, `block_id=${block.id}`, 'outcome=success'])
      expect(ids(await decisionsOf(app, `?${query}`)), query).toEqual(found)
    expect(ids(await decisionsOf(app, `?model=${decision?.model ?? ''}`))).toEqual(found)
    for (const query of ['endpoint_id=1', 'token_id=99', 'block_id=99', 'model=other', 'outcome=open'])
      expect(await decisionsOf(app, `?${query}`), query).toEqual([])
    await expect(decisionsOf(app, '?outcome=odd')).rejects.toThrow('422')
  })
})

describe('an explanation', () => {
  it('says where a request would go, and then goes there; nothing is sent or recorded before', async () => {
    const app = await startThree()
    await app.admin.call('PATCH', '/routing', { routing_mode: 'balanced' })
    await app.admin.patchEndpoint(3, { enabled: false })
    await app.post(CHAT, prompt())
    const [before] = await decisionsOf(app)
    const explanation = await explain(app, { body: JSON.stringify(prompt()) })
    expect(await decisionsOf(app)).toHaveLength(1)
    expect(explanation).toMatchObject({
      block_id: 1,
      token_id: null,
      call: 'chat',
      refusal: null,
      waits: false,
    })
    expect(explanation.candidates.map(({ state }) => state)).toEqual(['eligible', 'eligible', 'disabled'])
    const holder = explanation.candidates.find(({ endpoint_id }) => endpoint_id === before?.endpoint_id)
    expect(holder?.cached_tokens, 'the text of the body finds the blocks of its prompt').toBeGreaterThan(100)
    await app.post(CHAT, prompt())
    const [after] = await decisionsOf(app)
    const { endpoint_id, reason, prompt_tokens } = explanation
    expect(after).toMatchObject({ endpoint_id, reason, prompt_tokens })
    expect(after?.candidates).toEqual(explanation.candidates.slice(0, 2))
  })

  it('is of the client token or the block that it names', async () => {
    const app = await startThree()
    const block = await app.admin.block('team')
    const { id } = await app.admin.token('team', { incoming_block_id: block.id, preferred_endpoint_id: 2 })
    expect(await explain(app, { body: chatOf(), token_id: id })).toMatchObject({
      token_id: id,
      block_id: block.id,
      endpoint_id: 2,
      reason: 'pinned',
    })
    expect(await explain(app, { body: chatOf(), block_id: block.id })).toMatchObject({ block_id: block.id })
    await expect(explain(app, { body: chatOf(), token_id: 99 })).rejects.toThrow('404')
    await expect(explain(app, { body: chatOf(), token_id: id, block_id: 1 })).rejects.toThrow('422')
    await expect(explain(app, {})).rejects.toThrow('422')
  })

  it('is of the call that its path names, and of the session that its headers name', async () => {
    const app = await startThree()
    await app.admin.call('PATCH', '/routing', { routing_mode: 'balanced' })
    await app.admin.call('PATCH', '/incoming-blocks/1', { session_affinity: 'header:x-session-id' })
    await app.admin.patchEndpoint(2, { apis: ['rerank'] })
    const query = { query: 'q', documents: ['d'] }
    expect(await explain(app, { body: query, path: '/v2/rerank' })).toMatchObject({ call: 'rerank' })
    expect(await explain(app, { body: chatOf(), path: '/v1/messages' })).toMatchObject({ call: 'messages' })
    const plain = await explain(app, { body: chatOf() })
    expect(plain.candidates.map(({ state }) => state)).toContain('does not serve the call')
    expect(plain.reason).not.toBe('session')
    const headers = { 'X-Session-Id': 'one' }
    const explained = await explain(app, { body: chatOf(), headers })
    expect(explained.reason).toBe('session')
    await app.post(CHAT, chatOf(), headers)
    const [decision] = await decisionsOf(app)
    expect([decision?.endpoint_id, decision?.reason]).toEqual([explained.endpoint_id, 'session'])
  })

  it('tells what is taken to be cached as far as the operator gives memory and tokens to it', async () => {
    const cachedWith = async (environment: Readonly<Record<string, string>>) => {
      const app = await startApp({ backends: [{}, {}], environment })
      await app.admin.call('PATCH', '/routing', { routing_mode: 'balanced' })
      await app.post(CHAT, prompt())
      const { candidates } = await explain(app, { body: JSON.stringify(prompt()) })
      return Math.max(...candidates.map(({ cached_tokens: tokens }) => tokens ?? 0))
    }
    const all = await cachedWith({})
    expect(all).toBeGreaterThan(600)
    expect(await cachedWith({ LB_PREFIX_INDEX_MB: '0' })).toBe(0)
    const some = await cachedWith({ LB_PREFIX_CACHE_TOKENS: '600' })
    expect(some).toBeGreaterThan(0)
    expect(some).toBeLessThanOrEqual(600)
  })

  it('says why a request would be refused, as the proxy says it', async () => {
    const app = await startThree()
    for (const each of [1, 2, 3]) await app.admin.patchEndpoint(each, { enabled: false })
    const explanation = await explain(app, { body: chatOf() })
    expect(explanation).toMatchObject({
      endpoint_id: null,
      reason: null,
      refusal: { code: 'LB_ERR_NO_ENDPOINT' },
    })
    expect(explanation.candidates.map(({ state }) => state)).toEqual(['disabled', 'disabled', 'disabled'])
    const bad = { body: { stream: 'yes' } }
    await expect(explain(app, bad)).rejects.toThrow(/400.*stream must be true or false/)
    await expect(explain(app, { body: '{' })).rejects.toThrow(/400.*not valid JSON/)
    await expect(explain(app, { body: [] })).rejects.toThrow(/400.*must be a JSON object/)
    await expect(explain(app, { body: {}, path: '/v1/none' })).rejects.toThrow('400')
  })

  it('is for operators alone', async () => {
    const app = await startThree()
    for (const [method, path] of [
      ['GET', '/decisions'],
      ['POST', '/explain'],
    ] as const) {
      const response = await send(`${app.url}/admin/api${path}`, {
        method,
        headers: {},
        ...(method === 'POST' ? { body: JSON.stringify({ body: chatOf() }) } : {}),
      })
      expect(response.status, path).toBe(401)
    }
  })
})

it('holds nothing of a prompt', async () => {
  const app = await startThree()
  await app.post(CHAT, prompt())
  const explained = await explain(app, { body: prompt() })
  expect(JSON.stringify([await decisionsOf(app), explained])).not.toContain(MARKER)
})

it('is told to clients in a header where that is on', async () => {
  const app = await startThree({ LB_ROUTE_HEADER: 'true' })
  await app.admin.call('PATCH', '/routing', { routing_mode: 'balanced' })
  await app.admin.patchEndpoint(3, { enabled: false })
  const { headers } = await app.post(CHAT, chatOf())
  expect(headers['x-lb-route']).toMatch(/^balanced\/prefix; policy-order; hit=0\/\d+; wait=\d+ms$/)
  expect((await (await startThree()).post(CHAT, chatOf())).headers).not.toHaveProperty('x-lb-route')
})
