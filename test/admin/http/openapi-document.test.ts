import { describe, expect, it } from 'vitest'
import { PREFIX, startAdmin } from '../start-admin.ts'

interface Json {
  readonly [member: string]: unknown
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** The member at the path; throws if there is none. */
function at(document: unknown, ...path: string[]): Json {
  let value = document
  for (const step of path) value = isObject(value) ? value[step] : undefined
  if (!isObject(value)) throw new Error(`there is no ${path.join(' > ')}`)
  return value
}

function references(value: unknown): string[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : references(member),
  )
}

async function readDocument() {
  const admin = await startAdmin()
  const { status, body } = await admin.call<Json>('GET', '/openapi.json')
  expect(status).toBe(200)
  return { document: body, routes: admin.routes }
}

const operations = (document: Json): { path: string; method: string; operation: Json }[] =>
  Object.keys(at(document, 'paths')).flatMap((path) =>
    Object.keys(at(document, 'paths', path)).map((method) => ({
      path,
      method,
      operation: at(document, 'paths', path, method),
    })),
  )

describe('the OpenAPI document', () => {
  it('names exactly the routes that the server has', async () => {
    const { document, routes } = await readDocument()
    const documented = operations(document)
      .filter(({ path }) => path.startsWith(PREFIX))
      .map(({ path, method }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
    expect(documented.toSorted()).toEqual(routes.toSorted())
    expect(documented.length).toBeGreaterThan(28)
  })

  it('is of version 3.1 and has no dangling reference', async () => {
    const { document } = await readDocument()
    expect(document['openapi']).toMatch(/^3\.1\.\d+$/)
    expect(document['info']).toMatchObject({ title: 'LLM Load Balancer', version: '3.0.0' })
    const found = references(document)
    expect(found.length).toBeGreaterThan(50)
    for (const reference of found) {
      expect(reference).toMatch(/^#\/components\/\w+\/\w+$/)
      expect(() => at(document, ...reference.slice(2).split('/'))).not.toThrow()
    }
    expect(JSON.stringify(document)).not.toMatch(/"\$(id|schema|defs)"|__shared/)
  })

  it('gives each operation an id of its own, its path parameters and a description of each response', async () => {
    const { document } = await readDocument()
    const all = operations(document)
    const ids = all.flatMap(({ operation }) => operation['operationId'] ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, method, operation } of all) {
      const parameters = (operation['parameters'] ?? []) as Json[]
      const declared = parameters.filter((one) => one['in'] === 'path').map((one) => one['name'])
      expect(declared, `${method} ${path}`).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
      expect(operation['summary']).toMatch(/\S/)
      for (const response of Object.values(at(operation, 'responses'))) {
        const [reference] = references(response).filter((one) => one.includes('/responses/'))
        const target = reference ? at(document, ...reference.slice(2).split('/')) : response
        expect(target).toMatchObject({ description: expect.stringMatching(/\S/) as string })
      }
    }
  })

  it('lists the errors of each admin route, always as problems', async () => {
    const { document } = await readDocument()
    const statuses = (path: string, method: string): string[] =>
      Object.keys(at(document, 'paths', `${PREFIX}${path}`, method, 'responses'))
    expect(statuses('/state', 'get')).toEqual(['200', '401', '429'])
    expect(statuses('/endpoints', 'post')).toEqual([
      '200',
      '400',
      '401',
      '403',
      '409',
      '412',
      '413',
      '415',
      '422',
      '429',
      '503',
    ])
    expect(statuses('/endpoints/{id}/restore', 'post')).toEqual([
      '200',
      '401',
      '403',
      '404',
      '409',
      '412',
      '429',
      '503',
    ])
    expect(statuses('/tokens', 'post')).toContain('404')
    expect(statuses('/incoming-blocks/{id}', 'delete')).toContain('409')
    for (const response of Object.values(at(document, 'components', 'responses'))) {
      expect(at(response, 'content')).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      })
    }
  })

  it('has ranges and requirements as the validation has them', async () => {
    const { document } = await readDocument()
    const schemas = at(document, 'components', 'schemas')
    expect(at(schemas, 'EndpointCreate', 'required')).toEqual(['name', 'base_url'])
    const priorityOrder = at(schemas, 'EndpointPatch', 'properties', 'priority_order')
    expect(priorityOrder).toMatchObject({ type: 'integer', minimum: 0, maximum: 1000 })
    const preferred = at(schemas, 'ClientTokenCreate', 'properties', 'preferred_endpoint_id')
    expect(preferred).toMatchObject({ anyOf: [{ type: 'integer' }, { type: 'null' }] })
    expect(at(schemas, 'Endpoint', 'properties')).not.toHaveProperty('api_key')
    expect(at(schemas, 'State', 'properties', 'endpoints')).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/Endpoint' },
    })
    const [limit, beforeId, ...filters] = Object.values(
      at(document, 'paths', `${PREFIX}/audit`, 'get', 'parameters'),
    )
    expect(filters).toContainEqual(expect.objectContaining({ name: 'object_type', in: 'query' }))
    expect([limit, beforeId]).toMatchObject([
      { name: 'limit', in: 'query', schema: { minimum: 1, maximum: 1000, default: 100 } },
      { name: 'before_id', in: 'query' },
    ])
  })

  it('names the proxy and system routes too', async () => {
    const { document } = await readDocument()
    for (const path of ['/v1/chat/completions', '/v1/models', '/v1/{pool}/models', '/health', '/metrics']) {
      expect(document['paths']).toHaveProperty([path])
    }
  })
})
