import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { ConfigAppliedView, ConfigDiffView, ConfigFile } from '../../../src/contract/config-file.ts'
import { ADMIN_TOKEN, PREFIX, startAdmin, type Admin } from '../start-admin.ts'
import { effort } from '../../support/effort.ts'

const config = (admin: Admin) => ({
  async export(query = ''): Promise<string> {
    const response = await fetch(`${admin.address}${PREFIX}/config${query}`, {
      headers: { 'x-admin-token': ADMIN_TOKEN },
    })
    expect(response.status).toBe(200)
    return response.text()
  },
  diff: async (yaml: string, fields: object = {}) =>
    (await admin.call<ConfigDiffView>('POST', '/config/diff', { yaml, ...fields })).body,
  apply: async (yaml: string, fields: object = {}) => {
    const { status, body } = await admin.call<ConfigAppliedView>('POST', '/config/apply', { yaml, ...fields })
    expect(body).toHaveProperty('applied')
    expect(status).toBe(200)
    return body
  },
  refusal: async (yaml: string, fields: object = {}) => {
    const before = admin.state.snapshot()
    const { status, body } = await admin.call('POST', '/config/apply', { yaml, ...fields })
    expect(admin.state.snapshot()).toBe(before)
    return { status, detail: body.detail, errors: body.errors }
  },
})

async function startConfig() {
  const admin = await startAdmin()
  return { ...admin, ...config(admin) }
}

const CLUSTER = `
routing: { mode: priority, priority_input_token: vip }
endpoints:
  - name: a
    base_url: http://10.0.0.1:8000/v1/
    api_key: sk-of-endpoint-a
    token_quota_percent: 70
  - { name: b, base_url: http://10.0.0.2:8000/v1, verify_tls: false, health_check_path: /health }
incoming_blocks:
  - { name: Incoming 1, endpoints: [b, a] }
  - { name: 'no: really', endpoints: [] }
client_tokens:
  - { name: vip, incoming_block: Incoming 1, preferred_endpoint: a, guaranteed_share_percent: 60 }
  - { name: batch, incoming_block: 'no: really', request_priority: 7, min_traffic_percent: 5 }
`

describe('the export', () => {
  it('shows configured objects by name, without secrets, positions and defaults', async () => {
    const cluster = await startConfig()
    await cluster.apply(CLUSTER)
    const text = await cluster.export()
    expect(parse(text)).toEqual({
      version: 1,
      routing: { mode: 'priority', priority_input_token: 'vip' },
      endpoints: [
        {
          name: 'a',
          base_url: 'http://10.0.0.1:8000/v1',
          api_key: '${A_API_KEY}',
          timeout_seconds: 90,
          token_quota_percent: 70,
        },
        {
          name: 'b',
          base_url: 'http://10.0.0.2:8000/v1',
          timeout_seconds: 90,
          verify_tls: false,
          health_check_path: '/health',
        },
      ],
      incoming_blocks: [
        { name: 'Incoming 1', endpoints: ['a', 'b'] },
        { name: 'no: really', endpoints: [] },
      ],
      client_tokens: [
        { name: 'batch', incoming_block: 'no: really', request_priority: 7, min_traffic_percent: 5 },
        {
          name: 'vip',
          incoming_block: 'Incoming 1',
          preferred_endpoint: 'a',
          guaranteed_share_percent: 60,
        },
      ],
    })
    expect(text).toMatch(/^# Configuration of the LLM Load Balancer\.\n(#.*\n|\n)+\nversion: 1\n\nrouting:\n/)
    expect(text).not.toContain('sk-of')
    expect(await cluster.export()).toBe(text)
  })

  it('comes as a YAML file with the etag of the state', async () => {
    const { address, call } = await startConfig()
    const response = await fetch(`${address}${PREFIX}/config`, { headers: { 'x-admin-token': ADMIN_TOKEN } })
    expect(response.headers.get('content-type')).toMatch(/^application\/yaml/)
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="load-balancer.yaml"')
    const { body } = await call<ConfigDiffView>('POST', '/config/diff', { yaml: await response.text() })
    expect(response.headers.get('etag')).toBe(body.etag)
  })

  it('has the models of an endpoint, patterns too, and leaves out an empty list', async () => {
    const [cluster, other] = [await startConfig(), await startConfig()]
    await cluster.endpoint('a', { models: ['llama-3', '*', 'qwen-*'] })
    await cluster.endpoint('b', { models: ['llama-3'] })
    await cluster.call('PATCH', '/endpoints/2', { models: [] })
    const text = await cluster.export()
    const { endpoints } = parse(text) as ConfigFile
    expect(endpoints?.map(({ models }) => models)).toEqual([['llama-3', '*', 'qwen-*'], undefined])
    await other.endpoint('b', { models: ['qwen-*'] })
    const { changes } = await other.apply(text)
    expect(changes).toMatchObject([
      { action: 'create', name: 'a', after: { models: ['llama-3', '*', 'qwen-*'] } },
      { action: 'update', name: 'b', before: { models: ['qwen-*'] }, after: { models: [] } },
    ])
    expect(await other.export()).toBe(text)
    const { errors } = await other.refusal(
      'endpoints: [{ name: a, base_url: http://127.0.0.1:9001, models: [a, b c] }]',
    )
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/endpoints/0/models/1'])
  })

  it('has the calls that an endpoint serves, and names the one that is not known', async () => {
    const cluster = await startConfig()
    await cluster.apply(
      'endpoints: [{ name: a, base_url: http://127.0.0.1:9001, apis: [rerank, chat, rerank] }]',
    )
    const { endpoints } = parse(await cluster.export()) as ConfigFile
    expect(endpoints?.map(({ apis }) => apis)).toEqual([['rerank', 'chat']])
    const { errors } = await cluster.refusal(
      'endpoints: [{ name: a, base_url: http://127.0.0.1:9001, apis: [chat, talk] }]',
    )
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/endpoints/0/apis/1'])
  })

  it('has the placement and what a block has of its own, and leaves out what is the default', async () => {
    const [cluster, other] = [await startConfig(), await startConfig()]
    await cluster.call('PATCH', '/routing', { routing_mode: 'balanced', placement: 'load' })
    await cluster.call('PATCH', '/incoming-blocks/1', {
      routing_mode: 'priority',
      placement: 'quota_order',
      session_affinity: 'header:x-session-id',
    })
    const text = await cluster.export()
    expect(parse(text)).toMatchObject({
      routing: { mode: 'balanced', placement: 'load' },
      incoming_blocks: [
        { routing_mode: 'priority', placement: 'quota_order', session_affinity: 'header:x-session-id' },
      ],
    })
    const { changes } = await other.apply(text)
    expect(changes.map(({ name, before, after }) => ({ name, before, after }))).toEqual([
      {
        name: 'Incoming 1',
        before: { routing_mode: null, placement: null, session_affinity: 'none' },
        after: {
          routing_mode: 'priority',
          placement: 'quota_order',
          session_affinity: 'header:x-session-id',
        },
      },
      {
        name: 'routing',
        before: { mode: 'percentage', placement: 'prefix' },
        after: { mode: 'balanced', placement: 'load' },
      },
    ])
    expect(await other.export()).toBe(text)

    await other.apply('routing: { mode: balanced }')
    const { routing } = parse(await other.export()) as ConfigFile
    expect(routing).toEqual({ mode: 'balanced' })
    expect(other.state.snapshot().settings.placement).toBe('prefix')
  })

  it('names each key by its endpoint, uniquely', async () => {
    const cluster = await startConfig()
    for (const name of ['vllm-a', 'vllm a', '4090', 'VLLM_A'])
      await cluster.endpoint(name, { api_key: 'sk-1234567890' })
    const { endpoints } = parse(await cluster.export()) as ConfigFile
    expect(endpoints?.map(({ name, api_key }) => [name, api_key])).toEqual([
      ['4090', '${ENDPOINT_4090_API_KEY}'],
      ['VLLM_A', '${VLLM_A_API_KEY}'],
      ['vllm a', '${VLLM_A_API_KEY_2}'],
      ['vllm-a', '${VLLM_A_API_KEY_3}'],
    ])
  })

  it('has positions on request, which can be applied', async () => {
    const cluster = await startConfig()
    await cluster.apply(CLUSTER)
    const text = await cluster.export('?positions=true')
    const { positions } = parse(text) as ConfigFile
    expect(positions?.endpoints).toEqual([
      { name: 'a', pos_x: 500, pos_y: 200 },
      { name: 'b', pos_x: 500, pos_y: 200 },
    ])
    await cluster.call('PATCH', '/positions', { endpoints: [{ id: 2, pos_x: 1, pos_y: 2 }] })
    await cluster.call('PATCH', '/incoming-pos', { pos_x: 9 })
    const { changes } = await cluster.apply(text)
    expect(changes).toEqual([
      {
        action: 'update',
        object_type: 'positions',
        name: 'positions',
        before: { 'endpoints/b': { pos_x: 1, pos_y: 2 }, incoming: { pos_x: 9, pos_y: 300 } },
        after: { 'endpoints/b': { pos_x: 500, pos_y: 200 }, incoming: { pos_x: 256, pos_y: 300 } },
      },
    ])
    expect(await cluster.export('?positions=true')).toBe(text)
    expect((await cluster.audit('?limit=1'))[0]).toMatchObject({
      action: 'positions.update',
      after: { 'endpoints/2': { pos_y: 200 }, incoming: { pos_x: 256 } },
    })
  })

  it.each([
    ['incoming block', '/incoming-blocks'],
    ['client token', '/tokens'],
  ])('is refused where two of a kind share a name: %s', async (kind, path) => {
    const { call } = await startConfig()
    const [first, second] = [await call('POST', path, { name: 'x' }), await call('POST', path, { name: 'x' })]
    const { status, body } = await call('GET', '/config')
    expect(status).toBe(409)
    expect(body.detail).toBe(
      `The ${kind}s ${first.body.id} and ${second.body.id} have the same name "x", and a file goes by names. Rename one of them.`,
    )
    const section =
      kind === 'client token'
        ? 'client_tokens: [{ name: x, incoming_block: Incoming 1 }]'
        : 'incoming_blocks: [{ name: x, endpoints: [] }]'
    expect((await call('POST', '/config/diff', { yaml: section })).status).toBe(409)
  })
})

const names = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom(
      'yes',
      '1',
      'null',
      '- x',
      'a: b',
      '# c',
      '<img onerror>',
      "'",
      '"',
      '{',
      '*a',
      '~',
      'ü €',
      '__proto__',
    ),
    fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name.trim() !== '' && !/\p{Cc}/u.test(name)),
  ),
  { minLength: 1, maxLength: 4 },
)
const models = fc.constantFrom('llama', 'yes', '[]', '1', '"', '<img>')
const patterns = fc.array(fc.oneof(models, fc.constantFrom('*', 'llama-*', '-')), { maxLength: 4 })
const endpointNames = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9._-]{1,6}$/), { maxLength: 4 })

const files = fc.tuple(endpointNames, names, names).chain(([endpoints, blocks, tokens]) =>
  fc.record({
    version: fc.constant(1 as const),
    routing: fc.record({
      mode: fc.constantFrom('percentage', 'priority', 'balanced'),
      placement: fc.constantFrom('quota_order', 'load', 'prefix'),
      priority_input_token: fc.option(fc.constantFrom(...tokens)),
    }),
    endpoints: fc.tuple(
      ...endpoints.map((name) =>
        fc.record(
          {
            name: fc.constant(name),
            // Of one origin: a change of it needs the key again.
            base_url: fc.constantFrom('http://10.0.0.1/v1', 'http://10.0.0.1/x/'),
            api_key: fc.constantFrom('', 'sk-1234567890', '${SOME_KEY}'),
            timeout_seconds: fc.constantFrom(1, 90, 0.5 + 1),
            enabled: fc.boolean(),
            token_quota_percent: fc.constantFrom(0, 12.5, 100),
            priority_order: fc.integer({ min: 0, max: 1000 }),
            health_check_path: fc.constantFrom(null, '', '/health?x=1'),
            models: patterns,
            load_source: fc.constantFrom('none', 'sglang', 'auto'),
            group: fc.constantFrom('', 'rack 1'),
            model_map: fc.dictionary(models, models, { maxKeys: 3 }),
          },
          { requiredKeys: ['name', 'base_url'] },
        ),
      ),
    ),
    incoming_blocks: fc.tuple(
      ...blocks.map((name) =>
        fc.record(
          {
            name: fc.constant(name),
            endpoints: fc
              .subarray(endpoints)
              .chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
            allowed_models: patterns,
            routing_mode: fc.constantFrom('percentage', 'balanced', null),
            placement: fc.constantFrom('quota_order', 'prefix', null),
            session_affinity: fc.constantFrom('none', 'user', 'header:x-session-id'),
          },
          { requiredKeys: ['name', 'endpoints'] },
        ),
      ),
    ),
    client_tokens: fc.tuple(
      ...tokens.map((name) =>
        fc.record(
          {
            name: fc.constant(name),
            incoming_block: fc.constantFrom(...blocks),
            preferred_endpoint: fc.constantFrom(null, ...endpoints),
            allowed_models: patterns,
            request_priority: fc.constantFrom(0, 5),
            guaranteed_share_percent: fc.constantFrom(0, 12.5, 25),
          },
          { requiredKeys: ['name', 'incoming_block'] },
        ),
      ),
    ),
    model_aliases: fc.uniqueArray(
      fc.record(
        {
          name: models,
          targets: fc.array(
            endpoints.length === 0
              ? fc.record({ model: models })
              : fc.record(
                  { model: models, endpoint: fc.constantFrom(...endpoints) },
                  { requiredKeys: ['model'] },
                ),
            { minLength: 1, maxLength: 3 },
          ),
          on_full: fc.constantFrom('wait', 'next'),
          rewrite_response: fc.boolean(),
        },
        { requiredKeys: ['name', 'targets'] },
      ),
      { maxLength: 3, selector: ({ name }) => name },
    ),
  }),
)

describe('applying', () => {
  it('turns any configuration into any other; afterwards neither the file nor its export differs, here or in another gateway', async () => {
    const cluster = await startConfig()
    await fc.assert(
      fc.asyncProperty(files, async (file) => {
        const yaml = JSON.stringify(file)
        const planned = await cluster.diff(yaml, { prune: true })
        const { changes, applied, etag } = await cluster.apply(yaml, { prune: true })
        expect(changes).toEqual(planned.changes)
        expect(applied).toBe(changes.length)
        expect((await cluster.diff(yaml, { prune: true })).changes).toEqual([])
        const text = await cluster.export()
        expect(await cluster.diff(text, { prune: true })).toMatchObject({ etag, changes: [] })
        const idle = await cluster.apply(text, { prune: true })
        expect(idle).toMatchObject({ applied: 0, created_tokens: [], etag })
        expect(await cluster.export()).toBe(text)
        // The state in memory equals the store.
        expect(cluster.state.snapshot()).toMatchObject(await cluster.store.readConfiguration())
      }),
      { numRuns: effort(40, 15) },
    )
  })

  it('is one change: one row of the audit for each object, one new state', async () => {
    const cluster = await startConfig()
    const before = cluster.changes()
    const { changes, created_tokens } = await cluster.apply(CLUSTER)
    expect(cluster.changes()).toBe(before + 1)
    expect(changes.map(({ action, object_type, name }) => `${action} ${object_type} ${name}`)).toEqual([
      'create endpoint a',
      'create endpoint b',
      'update incoming_block Incoming 1',
      'create incoming_block no: really',
      'create client_token vip',
      'create client_token batch',
      'update routing routing',
    ])
    const rows = (await cluster.audit()).toReversed()
    expect(rows.map(({ action, object_id }) => `${action} ${object_id}`)).toEqual([
      'endpoint.create 1',
      'endpoint.create 2',
      'incoming_block.update 1',
      'incoming_block.create 2',
      'client_token.create 1',
      'client_token.create 2',
      'routing.update null',
    ])
    expect(new Set(rows.map(({ request_id }) => request_id)).size).toBe(1)
    expect(rows[2]).toMatchObject({ before: { endpoint_ids: [] }, after: { endpoint_ids: [1, 2] } })
    const lines = await cluster.logLines()
    expect(lines).toHaveLength(7)
    for (const secret of ['sk-of-endpoint-a', ...created_tokens.map(({ token }) => token)])
      for (const text of [JSON.stringify(rows), JSON.stringify(changes), lines.join('')])
        expect(text).not.toContain(secret)
    expect(changes[0]?.after).toMatchObject({ api_key: 'sk-o...nt-a', timeout_seconds: 90 })
  })

  it('applies only to the version that the diff was made of', async () => {
    const cluster = await startConfig()
    const { etag } = await cluster.diff(CLUSTER)
    await cluster.endpoint('meanwhile')
    const apply = (ifMatch: string) =>
      cluster.call<ConfigAppliedView>('POST', '/config/apply', { yaml: CLUSTER }, { 'if-match': ifMatch })
    expect(await apply(etag)).toMatchObject({ status: 412, body: { code: 'LB_ERR_PRECONDITION' } })
    expect(cluster.state.snapshot().endpoints).toHaveLength(1)
    const { status, body, headers } = await apply((await cluster.diff(CLUSTER)).etag)
    expect(status).toBe(200)
    expect(headers.get('etag')).toBe(body.etag)
    expect((await cluster.call('GET', '/state')).body.etag).toBe(body.etag)
  })

  it('shows the values of new client tokens, which work, and of no others', async () => {
    const cluster = await startConfig()
    const { created_tokens } = await cluster.apply(CLUSTER)
    expect(created_tokens.map(({ name }) => name)).toEqual(['vip', 'batch'])
    const { body } = await cluster.call('GET', '/state')
    for (const [index, { token }] of created_tokens.entries()) {
      expect(token).toMatch(/^ct-[\w-]{43}$/)
      expect(token.endsWith(body.client_tokens[index]?.token_preview.slice(-4) ?? '?')).toBe(true)
    }
    const again = await cluster.apply(CLUSTER.replace('request_priority: 7', 'request_priority: 8'))
    expect(again).toMatchObject({ applied: 1, created_tokens: [] })
  })

  it('keeps a stored key for a placeholder or an absent key, and removes it for an empty one', async () => {
    const cluster = await startConfig()
    await cluster.endpoint('a', { api_key: 'sk-1234567890' })
    const key = () => cluster.state.snapshot().endpoints[0]?.apiKey
    const entry = (rest: string) => `endpoints: [{ name: a, base_url: http://127.0.0.1:9${rest} }]`
    expect((await cluster.apply(entry(", api_key: '${A_API_KEY}'"))).changes).toEqual([])
    expect((await cluster.apply(entry(''))).changes).toEqual([])
    expect(key()).toBe('sk-1234567890')
    const { changes } = await cluster.apply(entry(', api_key: sk-0987654321'))
    expect(changes[0]).toMatchObject({
      before: { api_key: 'sk-1...7890' },
      after: { api_key: 'sk-0...4321' },
    })
    await cluster.apply(entry(", api_key: ''"))
    expect(key()).toBe('')
  })

  it('leaves sections that the file does not have unchanged, and deletes only when pruning', async () => {
    const cluster = await startConfig()
    await cluster.apply(CLUSTER)
    const partial = 'endpoints: [{ name: a, base_url: http://10.0.0.1:8000/v1, token_quota_percent: 70 }]'
    const { changes, warnings } = await cluster.diff(partial)
    expect(changes).toEqual([])
    expect(warnings).toEqual(['The endpoint "b" is not in the file and stays; pruning would delete it.'])
    const pruned = await cluster.apply(partial, { prune: true })
    expect(pruned.changes).toMatchObject([
      {
        action: 'delete',
        object_type: 'endpoint',
        name: 'b',
        before: { base_url: 'http://10.0.0.2:8000/v1' },
        after: null,
      },
    ])
    const { body } = await cluster.call('GET', '/state')
    expect(body.incoming_blocks).toHaveLength(2)
    expect(body.client_tokens).toHaveLength(2)
    expect(body.wires).toEqual([{ incoming_block_id: 1, endpoint_id: 1 }])
    // A pruned object can be restored.
    expect((await cluster.call('POST', '/endpoints/2/restore')).status).toBe(200)
  })

  it('an empty file changes nothing, pruning or not', async () => {
    const cluster = await startConfig()
    await cluster.apply(CLUSTER)
    for (const yaml of ['', '# nothing', '{}', 'version: 1'])
      expect(await cluster.apply(yaml, { prune: true })).toMatchObject({ applied: 0 })
  })

  it('keeps ids, counters and token values of remaining objects', async () => {
    const cluster = await startConfig()
    await cluster.apply(CLUSTER)
    cluster.state.ledger.endpoint(1).totalRequests = 5
    const before = cluster.state.snapshot().tokens.map(({ id, digest }) => ({ id, digest }))
    await cluster.apply(CLUSTER.replace('70', '71').replace('request_priority: 7', 'request_priority: 9'), {
      prune: true,
    })
    const { body } = await cluster.call('GET', '/state')
    expect(body.endpoints[0]).toMatchObject({ id: 1, token_quota_percent: 71, total_requests: 5 })
    expect(cluster.state.snapshot().tokens.map(({ id, digest }) => ({ id, digest }))).toEqual(before)
  })

  it('warns of renames, lost keys, refused requests, moves, and of another first block', async () => {
    const cluster = await startConfig()
    await cluster.apply(CLUSTER)
    const { warnings } = await cluster.diff(
      `
endpoints:
  - { name: a2, base_url: http://10.0.0.1:8000/v1, api_key: '\${A_API_KEY}' }
  - { name: b, base_url: http://10.0.0.2:8000/v1 }
incoming_blocks: [{ name: new, endpoints: [a2] }, { name: Incoming 1, endpoints: [] }]
client_tokens:
  - { name: vip, incoming_block: new, preferred_endpoint: b }
  - { name: batch, incoming_block: new }`,
      { prune: true },
    )
    expect(warnings).toEqual([
      'The endpoint "a2" will have no key: nothing filled in ${A_API_KEY}, and none is stored.',
      'Requests of "vip" will be refused: the preferred endpoint has no wire from the incoming block.',
      'Clients without a client token go to the incoming block "Incoming 1", not to the first of the file.',
      'The endpoint "a2" will be new, and "a" deleted. If that is meant to rename, rename in the admin API instead: what is new has no counters and no stored key.',
      'The incoming block "new" will be new, and "no: really" deleted. If that is meant to rename, rename in the admin API instead: what is new has no counters.',
    ])
    const left = await cluster.apply('endpoints: []\nincoming_blocks: [{ name: x, endpoints: [] }]', {
      prune: true,
    })
    expect(left.warnings.slice(0, 2)).toEqual([
      'The preferred endpoint of "vip" goes.',
      'The incoming block of "vip", "batch" goes; they move to "x".',
    ])
    const { body } = await cluster.call('GET', '/state')
    expect(body.client_tokens.map((token) => token.incoming_block_id)).toEqual([3, 3])
  })

  it('may give a deleted name a new object, and carry thousands of tokens', async () => {
    const cluster = await startConfig()
    const entry = (i: number) => ({ name: `team ${i}`, incoming_block: 'Incoming 1' })
    const yaml = JSON.stringify({ client_tokens: Array.from({ length: 3000 }, (_value, i) => entry(i)) })
    expect((await cluster.apply(yaml)).created_tokens).toHaveLength(3000)
    expect(new Set(cluster.state.snapshot().tokens.map(({ digest }) => digest)).size).toBe(3000)
    expect((await cluster.apply('client_tokens: []', { prune: true })).applied).toBe(3000)
    expect((await cluster.apply(JSON.stringify({ client_tokens: [entry(1)] }))).created_tokens).toHaveLength(
      1,
    )
  })
})

describe('a file that is wrong', () => {
  const block = 'incoming_blocks:\n  - name: Incoming 1\n    endpoints: []\n'

  it.each([
    ['a: [', 1, ''],
    ['version: 2', 1, '/version'],
    ['endpoint: []', 1, '/endpoint'],
    ['\n- x', 2, ''],
    ['just text', 1, ''],
    ['endpoints:\n  - name: a\n    base_url: ftp://x\n', 3, '/endpoints/0/base_url'],
    ['endpoints:\n  - name: a\n', 2, '/endpoints/0/base_url'],
    ['endpoints:\n  - name: a\n    base_url: http://x\n    conected: true\n', 4, '/endpoints/0/conected'],
    ['endpoints:\n  - name: a\n    base_url: http://x\n    name: b\n', 4, ''],
    [
      'endpoints:\n  - { name: a, base_url: http://x }\n  - { name: a, base_url: http://y }\n',
      3,
      '/endpoints/1',
    ],
    [`${block}  - name: Incoming 1\n    endpoints: []\n`, 4, '/incoming_blocks/1'],
    ['incoming_blocks:\n  - name: Incoming 1\n', 2, '/incoming_blocks/0/endpoints'],
    ['incoming_blocks:\n  - name: x\n    endpoints:\n      - gone\n', 4, '/incoming_blocks/0/endpoints/0'],
    ['client_tokens:\n  - name: t\n    incoming_block: gone\n', 3, '/client_tokens/0/incoming_block'],
    [
      'client_tokens:\n  - { name: t, incoming_block: Incoming 1, preferred_endpoint: no }\n',
      2,
      '/client_tokens/0/preferred_endpoint',
    ],
    [
      'client_tokens:\n  - { name: t, incoming_block: Incoming 1, token: ct-my-own-value }\n',
      2,
      '/client_tokens/0/token',
    ],
    [
      'client_tokens:\n  - { name: t, incoming_block: Incoming 1, guaranteed_share_percent: 60 }\n  - { name: u, incoming_block: Incoming 1, guaranteed_share_percent: 41 }\n',
      3,
      '/client_tokens/1/guaranteed_share_percent',
    ],
    ['routing:\n  mode: priority\n  priority_input_token: nobody\n', 3, '/routing/priority_input_token'],
    ['positions:\n  endpoints:\n    - { name: gone, pos_x: 1, pos_y: 1 }\n', 3, '/positions/endpoints/0'],
    ['endpoints: &a []\nclient_tokens: *a\n', 2, ''],
    ['endpoints: !!js/function x', 1, ''],
    ['version: 1\n---\nversion: 1\n', 2, ''],
    ['? [a]\n: b\n', 1, ''],
  ])('is refused with line and place: %j', async (yaml, line, pointer) => {
    const cluster = await startConfig()
    const { status, detail, errors } = await cluster.refusal(yaml)
    expect(status).toBe(422)
    expect(errors[0]).toMatchObject({ line, pointer })
    expect(detail).toMatch(`Line ${line}`)
  })

  it('cannot take the last incoming block', async () => {
    const cluster = await startConfig()
    const { status, detail } = await cluster.refusal('incoming_blocks: []', { prune: true })
    expect({ status, detail }).toEqual({
      status: 422,
      detail: 'Line 1 (/incoming_blocks): One incoming block must remain.',
    })
  })

  it('counts the shares of tokens that are not in it, and of those that move', async () => {
    const cluster = await startConfig()
    await cluster.apply(CLUSTER)
    const extra = (share: number) =>
      `client_tokens: [{ name: n, incoming_block: Incoming 1, guaranteed_share_percent: ${share} }]`
    expect((await cluster.refusal(extra(41))).status).toBe(422)
    await cluster.apply(extra(40))
    await cluster.apply(
      'client_tokens: [{ name: batch, incoming_block: "no: really", guaranteed_share_percent: 1 }]',
    )
    const moved = await cluster.refusal('incoming_blocks: [{ name: Incoming 1, endpoints: [] }]', {
      prune: true,
    })
    expect(moved.detail).toBe(
      'Line 1 (/incoming_blocks): The guaranteed shares of incoming block "Incoming 1" come to 101; it takes at most 100.',
    )
  })

  it('is refused before it costs much, however it is built, and is not repeated', async () => {
    const cluster = await startConfig()
    const bomb = `a: &a [x, x]\n${Array.from({ length: 60 }, (_v, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : 'a'}, *${i ? `b${i - 1}` : 'a'}]`).join('\n')}`
    for (const yaml of [
      bomb,
      '['.repeat(100_000),
      `${'- '.repeat(50_000)}a`,
      Array.from({ length: 40_000 }, (_v, i) => `k${i}: 1`).join('\n'),
    ]) {
      const { status } = await cluster.refusal(yaml)
      expect(status).toBe(422)
    }
    const secret = await cluster.refusal('endpoints:\n  - name: a\n   api_key: "sk-very-secret')
    expect(JSON.stringify(secret)).not.toContain('very-secret')
    expect((await cluster.refusal('x'.repeat(2 * 1024 * 1024 + 1))).status).toBe(413)
    const many = await cluster.refusal(`client_tokens:\n${'-\n'.repeat(20_001)}`)
    expect(many).toMatchObject({
      status: 422,
      detail: 'Line 1: Holds 20001 objects; a file takes at most 20000.',
    })
  })

  it.each([{}, { yaml: 1 }, { yaml: '', prune: 'yes' }, { yaml: '', force: true }])(
    'the request %j is refused as any other',
    async (body) => {
      const { call } = await startConfig()
      expect((await call('POST', '/config/apply', body)).status).toBe(422)
    },
  )
})
