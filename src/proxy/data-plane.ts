// The data plane: the way of a completion request, step by step. It stands before the framework's router, whose part
// of the way would cost more than all of this; see test/bench/README.md.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isGatewayError, type GatewayError } from '../core/gateway-error.ts'
import type { ResponseCache } from '../core/cache/response-cache.ts'
import type { TrafficShare } from '../core/limits/traffic-share.ts'
import { responseFromCache, requestDigest } from './response/response-from-cache.ts'
import type { Api } from './apis/api.ts'
import { apis } from './apis/apis.ts'
import type { AuthenticateClient, ClientIdentity } from './request/authenticate-client.ts'
import { createRequestRecord, type RequestRecord, type RequestReporters } from './forward/request-record.ts'
import { internalError } from './forward/fail-request.ts'
import type { ForwardOptions } from './forward/forward-context.ts'
import { createForward, type Forward } from './forward/forward.ts'
import { readBody } from './request/read-body.ts'

export interface DataPlaneOptions extends ForwardOptions, RequestReporters {
  readonly authenticate: AuthenticateClient
  readonly cache: ResponseCache
  readonly trafficShare: TrafficShare
  readonly maxBodyBytes: number
  readonly requestIdOf: (request: IncomingMessage) => string
  /** What every answer carries: a new list of name, value, name, value. */
  readonly headersOf: (request: IncomingMessage, requestId: string) => string[]
  /** Why the server takes no request now, or not this one; undefined where it does. */
  readonly refusalOf: (request: IncomingMessage) => GatewayError | undefined
}

export interface DataPlane {
  /** Serves what asks for one of the calls by its exact URL. @returns false where the request is another's. */
  tryServe(request: IncomingMessage, response: ServerResponse): boolean
  /** @param route - the route that led here, for the log. */
  serve(api: Api, route: string, request: IncomingMessage, response: ServerResponse): void
}

/** A request on its way, with where its answer goes. */
interface Call {
  readonly api: Api
  readonly record: RequestRecord
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Name, value, name, value. */
  readonly headers: string[]
}

/** Steps 4 to 10 of a request whose body has been read. */
function serveBody(
  options: DataPlaneOptions,
  forward: Forward,
  call: Call,
  { token, blockId }: ClientIdentity,
  bytes: Buffer,
): void {
  const { api, record, request, response, headers } = call
  const prepared = api.readRequest(bytes)
  record.model = prepared.model
  record.stream = prepared.stream

  // 4 limits, 5 cache
  const cap = token?.minTrafficPercent ?? 0
  if (token && cap > 0 && options.trafficShare.percent(token.id) >= cap) {
    const { body, contentType } = responseFromCache(options.cache, api, prepared, token)
    record.finish({ status: 200, outcome: 'cached' })
    response.writeHead(200, [...headers, 'x-lb-cache', 'HIT', 'content-type', contentType])
    response.end(body)
    return
  }
  const keeps = !prepared.stream && options.state.snapshot().cachedBlockIds.has(blockId)

  // 6 select endpoint, 7 lease, 8 forward, 9 usage tap, 10 client
  const refusal = forward(
    {
      api,
      record,
      rawHeaders: request.rawHeaders,
      prepared,
      routing: {
        blockId,
        token,
        model: prepared.model,
        measure: api.tokenMeasure,
        maxTokens: prepared.maxTokens,
      },
      cacheResponse: keeps
        ? (body, contentType) =>
            options.cache.set(requestDigest(api, prepared, blockId), { body, contentType })
        : undefined,
    },
    response,
    headers,
  )
  if (refusal) throw refusal
  if (token) options.trafficShare.record(token.id)
}

export function createDataPlane(options: DataPlaneOptions): DataPlane {
  const forward = createForward(options)
  const apiByUrl = new Map(apis.flatMap((api) => api.urls.map((url) => [url, api])))

  const refuse = ({ api, record, response, headers }: Call, error: unknown): void => {
    const known = isGatewayError(error) ? error : internalError()
    if (known !== error) options.onInternalError(error, record.requestId)
    record.finish({ status: known.statusCode, outcome: 'refused', errorCode: known.code })
    if (response.headersSent) response.destroy()
    else api.errors.send(response, headers, known, record.requestId)
  }

  const serve = (api: Api, route: string, request: IncomingMessage, response: ServerResponse): void => {
    // 1 request id
    const requestId = options.requestIdOf(request)
    const record = createRequestRecord(options, { requestId, method: 'POST', route })
    const call: Call = { api, record, request, response, headers: options.headersOf(request, requestId) }
    try {
      const refusal = options.refusalOf(request)
      if (refusal) throw refusal
      // 2 client auth: before the body is read
      const identity = options.authenticate(request.headers.authorization)
      record.identity = identity
      // 3 read body
      readBody(request, options.maxBodyBytes, {
        onError: (error) => refuse(call, error),
        onBody(bytes) {
          try {
            serveBody(options, forward, call, identity, bytes)
          } catch (error) {
            refuse(call, error)
          }
        },
      })
    } catch (error) {
      refuse(call, error)
    }
  }

  return {
    serve,
    tryServe(request, response) {
      if (request.method !== 'POST') return false
      const url = request.url ?? ''
      const api = apiByUrl.get(url)
      if (api === undefined) return false
      serve(api, url, request, response)
      return true
    },
  }
}
