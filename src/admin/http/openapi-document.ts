// Builds the OpenAPI 3.1 document from the table of routes and their schemas.
import { z, type ZodType } from 'zod'
import { auditEntry } from '../../contract/audit.ts'
import { candidate, decisionView } from '../../contract/traffic/decision.ts'
import { errorCodes } from '../../contract/error-codes.ts'
import { healthView, statsView } from '../../contract/gateway.ts'
import { problem } from '../../contract/problem.ts'
import type { AdminRoute } from './define-route.ts'
import { otherPaths } from './openapi-other-paths.ts'

type Json = Record<string, unknown>

const reference = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` })

function schemaName(schema: ZodType): string {
  const name = schema.meta()?.id
  if (name === undefined) throw new Error('a schema of the admin API needs an id in its meta')
  return name
}

const schemaReference = (schema: ZodType): Json => reference('schemas', schemaName(schema))

// Response schemas hold no transforms and no defaults, so their input form is also their output form.
function componentSchemas(schemas: Iterable<ZodType>): Json {
  const registry = z.registry<{ id: string }>()
  for (const schema of schemas) registry.add(schema, { id: schemaName(schema) })
  const converted = z.toJSONSchema(registry, { io: 'input', uri: (id) => `#/components/schemas/${id}` })
  return Object.fromEntries(
    Object.entries(converted.schemas).map(([name, { $schema: _dialect, $id: _uri, ...schema }]) => [
      name,
      schema,
    ]),
  )
}

/** One response with a problem body for each status. */
function problemResponses(statuses: Iterable<number>): Json {
  const describe = (status: number): string =>
    Object.entries(errorCodes)
      .filter(([, definition]) => definition.status === status)
      .map(([code, { title }]) => `${title} (${code})`)
      .join('; ')
  return Object.fromEntries(
    [...statuses].map((status) => [
      `Problem${status}`,
      {
        description: describe(status),
        ...(status === 429
          ? { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } }
          : {}),
        content: { 'application/problem+json': { schema: schemaReference(problem) } },
      },
    ]),
  )
}

const pathIds = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? [])

const isMutation = ({ method, isOpen }: AdminRoute): boolean => method !== 'GET' && !isOpen

const isConditional = (route: AdminRoute): boolean => isMutation(route) && route.isConditional !== false

function errorStatuses(route: AdminRoute): number[] {
  return [
    ...new Set([
      401,
      429,
      ...(isMutation(route) ? [403, 503] : []),
      ...(isConditional(route) ? [412] : []),
      ...(pathIds(route.path).length > 0 ? [404] : []),
      ...(route.body ? [400, 413, 415, 422] : []),
      ...(route.query ? [422] : []),
      ...(route.refuses ?? []),
    ]),
  ].sort((a, b) => a - b)
}

const csrfHeader: Json = {
  name: 'X-CSRF-Token',
  in: 'header',
  description: "The session's csrf_token. Needed with the session cookie alone.",
  schema: { type: 'string' },
}

const ifMatchHeader: Json = {
  name: 'If-Match',
  in: 'header',
  description:
    'The etag of the object to change; of the state where several objects or none change. Another version is refused with 412.',
  schema: { type: 'string' },
}

function parameters(route: AdminRoute): Json[] {
  const inPath = pathIds(route.path).map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  }))
  const { properties = {} } = route.query ? z.toJSONSchema(route.query, { io: 'input' }) : {}
  const inQuery = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema }))
  return [
    ...inPath,
    ...inQuery,
    ...(isMutation(route) ? [csrfHeader] : []),
    ...(isConditional(route) ? [ifMatchHeader] : []),
  ]
}

const operationId = ({ method, path }: AdminRoute): string =>
  `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z]+([A-Za-z]?)/g, (_match, letter: string) => letter.toUpperCase())}`

const operation = (route: AdminRoute): Json => ({
  operationId: operationId(route),
  tags: ['admin'],
  summary: route.summary,
  security: route.isOpen ? [] : [{ adminToken: [] }, { bearer: [] }, { session: [] }],
  parameters: parameters(route),
  ...(route.body
    ? {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: schemaReference(route.body) } },
        },
      }
    : {}),
  responses: {
    200: {
      description: 'Done.',
      content: { [route.responseType ?? 'application/json']: { schema: schemaReference(route.response) } },
    },
    ...Object.fromEntries(
      errorStatuses(route).map((status) => [status, reference('responses', `Problem${status}`)]),
    ),
  },
})

/** @param prefix - where the routes are served. @see https://spec.openapis.org/oas/v3.1.1.html */
export function openapiDocument(routes: readonly AdminRoute[], prefix: string, version: string): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = (paths[`${prefix}${route.path}`] ??= {})
    path[route.method.toLowerCase()] = operation(route)
  }
  // Referenced by other schemas and paths, but not the body or response of an admin route.
  const schemas = new Set<ZodType>([auditEntry, candidate, decisionView, healthView, problem, statsView])
  for (const { body, response } of routes) {
    schemas.add(response)
    if (body) schemas.add(body)
  }
  return {
    openapi: '3.1.1',
    info: { title: 'LLM Load Balancer', version, license: { name: 'MIT', identifier: 'MIT' } },
    tags: [{ name: 'admin' }, { name: 'proxy' }, { name: 'system' }],
    paths: { ...paths, ...otherPaths },
    components: {
      schemas: componentSchemas(schemas),
      responses: problemResponses(new Set(routes.flatMap(errorStatuses))),
      securitySchemes: {
        adminToken: { type: 'apiKey', in: 'header', name: 'X-Admin-Token' },
        bearer: { type: 'http', scheme: 'bearer', description: 'The admin token as a bearer token.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'lb_session',
          description: 'Where the address has a port, that is a part of the name: `lb_session_8090`.',
        },
        clientToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'A client token, where any is required.',
        },
        clientKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'A client token.' },
        azureKey: { type: 'apiKey', in: 'header', name: 'api-key', description: 'A client token.' },
      },
    },
  }
}
