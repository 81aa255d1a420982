// Defines one route of the admin API by its schemas, for the server and for the OpenAPI document.
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { z, ZodType } from 'zod'
import { gatewayError } from '../../core/gateway-error.ts'
import type { Operator } from '../auth/admin-authentication.ts'
import type { Author } from '../changes/apply-change.ts'
import { parseJsonBody } from './parse-json-body.ts'
import { validateInput } from './validate-input.ts'

type PathId<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathId<Rest>
  : never

/** The parts of a request that need no validation. */
interface RequestContext {
  readonly request: IncomingMessage
  /** Without a name or a session on an open route. */
  readonly operator: Operator
  readonly author: Author
  /** Sets a header of the response. */
  setHeader(name: string, value: string): void
}

/** The validated request that a handler receives. */
interface Call<Path extends string, Body extends ZodType, Query extends ZodType> extends RequestContext {
  readonly ids: Readonly<Record<PathId<Path>, number>>
  readonly body: z.output<Body>
  readonly query: z.output<Query>
}

interface RouteOutline {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly summary: string
  /** Error statuses, in addition to those that follow from its schemas. */
  readonly refuses?: readonly number[]
  /** false if it changes no configuration, so that If-Match does not apply. */
  readonly isConditional?: false
  /** Needs no authentication. */
  readonly isOpen?: true
  /** Default: the limit of all admin requests. */
  readonly maxBodyBytes?: number
  /** Media type of the response. Default: JSON. */
  readonly responseType?: string
}

interface RouteDefinition<
  Path extends string,
  Body extends ZodType,
  Query extends ZodType,
  ResponseSchema extends ZodType,
> extends RouteOutline {
  /** Below the prefix; an id in braces is a positive integer. */
  readonly path: Path
  readonly body?: Body
  readonly query?: Query
  readonly response: ResponseSchema
  /** @returns the response body, or a stream of it. */
  handle(
    call: Call<Path, Body, Query>,
  ): z.output<ResponseSchema> | Readable | Promise<z.output<ResponseSchema> | Readable>
}

/** A request before validation. */
interface RawCall extends RequestContext {
  readonly params: Readonly<Record<string, string>>
  readonly body: unknown
  readonly contentEncoding: string | undefined
  readonly query: unknown
}

export interface AdminRoute extends RouteOutline {
  readonly path: string
  readonly body?: ZodType | undefined
  readonly query?: ZodType | undefined
  readonly response: ZodType
  /** Validates the request and handles it. Throws gateway errors. */
  respond(call: RawCall): Promise<unknown>
}

function parseId(text: string): number {
  const id = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : NaN
  if (!Number.isSafeInteger(id)) throw gatewayError('LB_ERR_NOT_FOUND', 'An id is a positive whole number.')
  return id
}

function readBody(route: AdminRoute, call: RawCall): unknown {
  if (route.body === undefined) return undefined
  const body = validateInput(route.body, parseJsonBody(call.body, call.contentEncoding))
  if (route.method === 'PATCH' && Object.keys(body as object).length === 0) {
    throw gatewayError('LB_ERR_NOTHING_TO_UPDATE', 'The body names no field to update.')
  }
  return body
}

/** The etag of a response body that has one. */
const etagIn = (response: unknown): string | undefined =>
  typeof response === 'object' && response !== null && 'etag' in response && typeof response.etag === 'string'
    ? response.etag
    : undefined

/** @returns the route with its types erased, so that all routes fit one table. */
export function defineRoute<
  Path extends string,
  ResponseSchema extends ZodType,
  Body extends ZodType = ZodType,
  Query extends ZodType = ZodType,
>(definition: RouteDefinition<Path, Body, Query, ResponseSchema>): AdminRoute {
  const route: AdminRoute = {
    ...definition,
    respond: async (call) => {
      const ids = Object.fromEntries(
        Object.entries(call.params).map(([name, text]) => [name, parseId(text)]),
      ) as Record<PathId<Path>, number>
      const response = await definition.handle({
        ...call,
        ids,
        body: readBody(route, call) as z.output<Body>,
        query: (route.query && validateInput(route.query, call.query)) as z.output<Query>,
      })
      const etag = etagIn(response)
      if (etag !== undefined) call.setHeader('etag', etag)
      return response
    },
  }
  return route
}
