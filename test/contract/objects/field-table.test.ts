import { describe, expect, it } from 'vitest'
import { clientTokenFields } from '../../../src/contract/objects/client-token-fields.ts'
import { endpointFields } from '../../../src/contract/objects/endpoint-fields.ts'
import { storedFields, type Field, type FieldTable } from '../../../src/contract/objects/field-table.ts'
import { incomingBlockFields } from '../../../src/contract/objects/incoming-block-fields.ts'
import { modelAliasFields } from '../../../src/contract/objects/model-alias-fields.ts'
import { ADMIN_TOKEN, PREFIX, startAdmin, type Admin } from '../../admin/start-admin.ts'
import { openRaw } from '../../store/temporary-store.ts'
import { fieldsMarkdown } from '../../support/field-markdown.ts'

interface Kind {
  readonly table: FieldTable
  readonly schema: string
  readonly sqlTable: string
  readonly route: string
  /** In the configuration file. */
  readonly section: string
  /** Values that differ from the initial ones, where none can be derived. */
  readonly samples: Readonly<Record<string, unknown>>
}

const kinds: readonly Kind[] = [
  {
    table: endpointFields,
    schema: 'Endpoint',
    sqlTable: 'endpoints',
    route: '/endpoints',
    section: 'endpoints',
    samples: {
      name: 'endpoint of the test',
      base_url: 'http://10.0.0.5/v1',
      api_key: 'sk-of-the-test-0001',
      auth_style: 'both',
      health_check_path: '/health',
      first_byte_timeout_seconds: 7.5,
      models: ['llama-3', 'qwen-*'],
      model_map: { 'llama-3': 'llama3:8b' },
      apis: ['chat', 'rerank'],
      load_source: 'vllm',
      group: 'rack 1',
    },
  },
  {
    table: incomingBlockFields,
    schema: 'IncomingBlock',
    sqlTable: 'incoming_blocks',
    route: '/incoming-blocks',
    section: 'incoming_blocks',
    samples: {
      name: 'block of the test',
      allowed_models: ['llama-3', 'qwen-*'],
      routing_mode: 'balanced',
      placement: 'load',
      session_affinity: 'header:x-session-id',
    },
  },
  {
    table: clientTokenFields,
    schema: 'ClientToken',
    sqlTable: 'client_tokens',
    route: '/tokens',
    section: 'client_tokens',
    samples: {
      name: 'token of the test',
      incoming_block_id: 2,
      preferred_endpoint_id: 1,
      allowed_models: ['llama-3'],
      token: 'ct-of-the-test',
    },
  },
  {
    table: modelAliasFields,
    schema: 'ModelAlias',
    sqlTable: 'model_aliases',
    route: '/model-aliases',
    section: 'model_aliases',
    samples: {
      name: 'alias-of-the-test',
      targets: [
        { model: 'llama-3', endpoint_id: 1 },
        { model: 'qwen-2', endpoint_id: null },
      ],
      on_full: 'next',
    },
  },
]

function sampleOf({ samples }: Kind, name: string, { initial }: Field): unknown {
  if (name in samples) return samples[name]
  if (typeof initial === 'boolean') return !initial
  if (typeof initial === 'number') return initial + 1
  throw new Error(`the test needs a sample of the field ${name}`)
}

const storedAs = (sample: unknown): unknown =>
  typeof sample === 'boolean' ? Number(sample) : typeof sample === 'object' ? JSON.stringify(sample) : sample

const samplesOf = (kind: Kind): Record<string, unknown> =>
  Object.fromEntries(Object.entries(kind.table).map(([name, field]) => [name, sampleOf(kind, name, field)]))

/** Creates one object of each kind, with all fields at their samples. */
async function createAll(admin: Admin): Promise<void> {
  for (const kind of kinds)
    expect((await admin.call('POST', kind.route, samplesOf(kind))).status, kind.route).toBe(200)
}

const list = async (admin: Admin, { section }: Kind): Promise<Record<string, unknown>[]> =>
  ((await admin.call<Record<string, unknown>>('GET', '/state')).body[section] ?? []) as never

const isShown = ({ isSecret, isCreateOnly }: Field): boolean => !isSecret && !isCreateOnly

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
}

describe.each(kinds)('each field of $schema', (kind) => {
  const { table, schema, sqlTable, samples } = kind

  it('has an initial value that its schema accepts, unless a creation must name it', () => {
    for (const [name, field] of Object.entries(table)) {
      if (field.isRequired || field.isCreateOnly) continue
      expect(field.schema.safeParse(field.initial).success, name).toBe(true)
    }
  })

  it('is in the OpenAPI document, where a request may bring it and where it is shown', async () => {
    const admin = await startAdmin()
    const { components } = (
      await admin.call<{ components: { schemas: Record<string, Schema> } }>('GET', '/openapi.json')
    ).body
    const { [`${schema}Create`]: create, [`${schema}Patch`]: patch, [schema]: view } = components.schemas
    const names = (isIn: (field: Field) => boolean): string[] =>
      Object.entries(table).flatMap(([name, field]) => (isIn(field) ? name : []))
    expect(Object.keys(create?.properties ?? {})).toEqual(names(() => true))
    expect(create?.required).toEqual(names(({ isRequired }) => isRequired === true))
    expect(Object.keys(patch?.properties ?? {})).toEqual(names(({ isCreateOnly }) => !isCreateOnly))
    expect(Object.keys(view?.properties ?? {})).toEqual(expect.arrayContaining(names(isShown)))
    for (const name of names((field) => !isShown(field))) expect(view?.properties).not.toHaveProperty(name)
  })

  it('is stored in the column of its name, and shown as it was sent', async () => {
    const admin = await startAdmin()
    await createAll(admin)
    const row = openRaw(admin.path)
      .prepare<[unknown], Record<string, unknown>>(`select * from ${sqlTable} where name = ?`)
      .get(samples['name'])
    const [shown] = (await list(admin, kind)).filter(({ name }) => name === samples['name'])
    for (const [name, field] of Object.entries(table)) {
      const sample = sampleOf(kind, name, field)
      if (field.property !== undefined) expect(row?.[name], name).toBe(storedAs(sample))
      if (isShown(field)) expect(shown?.[name], name).toEqual(sample)
    }
  })

  it('keeps its initial value in an object that is created without it', async () => {
    const admin = await startAdmin()
    const [endpoint] = kinds
    if (endpoint && table === modelAliasFields) await admin.call('POST', endpoint.route, samplesOf(endpoint))
    const { body } = await admin.call<Record<string, unknown>>('POST', kind.route, {
      ...Object.fromEntries(
        Object.entries(table).flatMap(([name, field]) =>
          field.isRequired ? [[name, sampleOf(kind, name, field)]] : [],
        ),
      ),
    })
    // The default of timeout_seconds is the server's own.
    for (const { name, initial, isRequired, isSecret } of storedFields(table))
      if (!isRequired && !isSecret && name !== 'timeout_seconds') expect(body[name], name).toEqual(initial)
  })

  it('is in the README', () => {
    const markdown = fieldsMarkdown(table)
    for (const name of Object.keys(table)) expect(markdown).toContain(`| \`${name}\` |`)
  })
})

describe('a configuration file', () => {
  it('carries every field that is meant for it from one gateway to another', async () => {
    const [first, second] = [await startAdmin(), await startAdmin()]
    await createAll(first)
    const response = await fetch(`${first.address}${PREFIX}/config`, {
      headers: { 'x-admin-token': ADMIN_TOKEN },
    })
    const yaml = await response.text()
    const { status } = await second.call('POST', '/config/apply', { yaml, prune: true })
    expect(status, yaml).toBe(200)
    for (const kind of kinds) {
      const [before, after] = [await list(first, kind), await list(second, kind)]
      expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name))
      for (const { name, inFile, isSecret, reference } of storedFields(kind.table)) {
        const isCarried = inFile !== 'never' && !isSecret
        if (isCarried)
          expect(
            after.map((one) => one[name]),
            name,
          ).toEqual(before.map((one) => one[name]))
        if (inFile !== 'never') expect(yaml).toContain(`${reference?.name ?? name}:`)
      }
    }
  })
})
