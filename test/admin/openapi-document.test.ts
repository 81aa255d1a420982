import { describe, expect, it } from 'vitest'
import { PREFIX, startAdmin } from './start-admin.ts'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

function references(value: unknown): string[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : references(member),
  )
}

const resolve = (document: Json, reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), document)

async function readDocument() {
  const admin = await startAdmin()
  const { status, body } = await admin.call('GET', '/openapi.json')
  expect(status).toBe(200)
  return { document: body as Json & Record<'paths' | 'components' | 'info', any>, routes: admin.routes } // eslint-disable-line @typescript-eslint/no-explicit-any -- the test reads what it expects
}

const operations = (paths: Record<string, Json>): [string, string, any][] =>
  // eslint-disable-line @typescript-eslint/no-explicit-any -- the test reads what it expects
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, unknown] => [
      path,
      method,
      operation,
    ]),
  )

describe('the OpenAPI document', () => {
  it('names exactly the routes that the server has', async () => {
    const { document, routes } = await readDocument()
    const documented = operations(document.paths as Record<string, Json>)
      .filter(([path]) => path.startsWith(PREFIX))
      .map(([path, method]) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`)
    expect(documented.toSorted()).toEqual(routes.toSorted())
    expect(documented).toHaveLength(25)
  })

  it('is of version 3.1 and has no reference that leads nowhere', async () => {
    const { document } = await readDocument()
    expect(document['openapi']).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: 'LLM Load Balancer', version: '3.0.0' })
    const found = references(document)
    expect(found.length).toBeGreaterThan(50)
    for (const reference of found) {
      expect(reference).toMatch(/^#\/components\//)
      expect(isObject(resolve(document, reference)), reference).toBe(true)
    }
    expect(JSON.stringify(document)).not.toMatch(/"\$(id|schema|defs)"|__shared/)
  })

  it('gives every operation an id of its own, its path parameters and a description of each response', async () => {
    const { document } = await readDocument()
    const all = operations(document.paths as Record<string, Json>)
    const ids = all.flatMap(([, , { operationId }]) => (operationId as string | undefined) ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    for (const [path, method, { parameters = [], responses, summary }] of all) {
      const declared = (parameters as Json[]).filter((one) => one['in'] === 'path').map((one) => one['name'])
      expect(declared, `${method} ${path}`).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
      expect(summary).not.toBe('')
      for (const response of Object.values(responses as Record<string, Json>)) {
        const target = typeof response['$ref'] === 'string' ? resolve(document, response['$ref']) : response
        expect((target as Json)['description']).toMatch(/\S/)
      }
    }
  })

  it('says what each admin route refuses, always as a problem', async () => {
    const { document } = await readDocument()
    const statuses = (path: string, method: string) =>
      Object.keys((document.paths as Record<string, any>)[`${PREFIX}${path}`][method].responses as Json) // eslint-disable-line @typescript-eslint/no-explicit-any -- the test reads what it expects
    expect(statuses('/state', 'get')).toEqual(['200', '401', '429'])
    expect(statuses('/endpoints', 'post')).toEqual(['200', '400', '401', '409', '413', '415', '422', '429'])
    expect(statuses('/endpoints/{id}/restore', 'post')).toEqual(['200', '401', '404', '409', '429'])
    expect(statuses('/tokens', 'post')).toContain('404')
    expect(statuses('/incoming-blocks/{id}', 'delete')).toContain('409')
    for (const response of Object.values(document.components.responses as Record<string, Json>)) {
      expect(response['content']).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      })
    }
  })

  it('has ranges and requirements as the validation has them', async () => {
    const { document } = await readDocument()
    const { schemas } = document.components
    expect(schemas.EndpointCreate.required).toEqual(['name', 'base_url'])
    expect(schemas.EndpointPatch.properties.priority_order).toMatchObject({
      type: 'integer',
      minimum: 0,
      maximum: 1000,
    })
    expect(schemas.ClientTokenCreate.properties.preferred_endpoint_id).toMatchObject({
      anyOf: [{ type: 'integer' }, { type: 'null' }],
    })
    expect(schemas.Endpoint.properties).not.toHaveProperty('api_key')
    expect(schemas.State.properties.endpoints).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/Endpoint' },
    })
    const query = document.paths[`${PREFIX}/audit`].get.parameters
    expect(query).toMatchObject([
      { name: 'limit', in: 'query', schema: { minimum: 1, maximum: 1000, default: 100 } },
      { name: 'before_id', in: 'query' },
    ])
  })

  it('names the proxy and system routes too', async () => {
    const { document } = await readDocument()
    for (const path of ['/v1/chat/completions', '/v1/models', '/v1/{pool}/models', '/health', '/metrics']) {
      expect(document.paths).toHaveProperty([path])
    }
  })
})
