// The data plane: serves completion requests, step by step. It runs before Fastify's router, which would cost more than
// all of these steps; see test/bench/README.md.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isGatewayError, type GatewayError } from '../core/gateway-error.ts'
import type { ResponseCache } from '../core/cache/response-cache.ts'
import type { ByteBudget } from '../core/limits/byte-budget.ts'
import type { TrafficShare } from '../core/limits/traffic-share.ts'
import { responseFromCache, requestDigest } from './response/response-from-cache.ts'
import type { Api } from './apis/api.ts'
import { apis } from './apis/apis.ts'
import type { AuthenticateClient, ClientIdentity } from './request/authenticate-client.ts'
import { createRequestRecord, type RequestRecord, type RequestReporters } from './forward/request-record.ts'
import { internalError } from './forward/fail-request.ts'
import type { ForwardContext, ForwardOptions } from './forward/forward-context.ts'
import { createForward, type Forward } from './forward/forward.ts'
import { requestBreaksEndpoints } from './forward/request-breaks.ts'
import { endInFlight } from './forward/end-in-flight.ts'
import { createRoutingRequest } from './request/create-routing-request.ts'
import { createBodyReader } from './request/read-body.ts'

export interface DataPlaneOptions extends Omit<ForwardOptions, 'open'>, RequestReporters {
  readonly authenticate: AuthenticateClient
  readonly cache: ResponseCache
  readonly trafficShare: TrafficShare
  readonly maxBodyBytes: number
  /** Bounds the memory of all bodies. */
  readonly bodyBudget: ByteBudget
  readonly requestIdOf: (request: IncomingMessage) => string
  /** @returns a new list of the headers of every response: name, value, name, value. */
  readonly headersOf: (request: IncomingMessage, requestId: string) => string[]
  /** @returns why the server does not accept the request, such as while it drains; undefined where it does. */
  readonly refusalOf: (request: IncomingMessage) => GatewayError | undefined
}

export interface DataPlane {
  /** Serves a POST to the exact URL of a forwarded call. @returns false, with nothing done, for any other request. */
  tryServe(request: IncomingMessage, response: ServerResponse): boolean
  /** @param route - the matched route, for the log. */
  serve(api: Api, route: string, request: IncomingMessage, response: ServerResponse): void
  /** Ends the requests of an endpoint that has been disabled or deleted; those before their commit go on elsewhere. */
  endInFlight(endpointId: number): void
}

/** A request with the response it is answered by. */
interface Call {
  readonly api: Api
  readonly record: RequestRecord
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Name, value, name, value. */
  readonly headers: string[]
}

/** Takes steps 4 to 10 once the body has been read. */
function serveBody(
  options: DataPlaneOptions,
  forward: Forward,
  call: Call,
  identity: ClientIdentity,
  bytes: Buffer,
): void {
  const { api, record, request, response, headers } = call
  const { token, blockId } = identity
  const prepared = api.readRequest(bytes)
  record.model = prepared.model
  record.stream = prepared.stream

  // 4 limits, 5 cache
  const routing = createRoutingRequest(options.state, api, prepared, identity, request.socket.remoteAddress)
  const cap = token?.minTrafficPercent ?? 0
  if (token && cap > 0 && options.trafficShare.percent(token.id) >= cap) {
    const { body, contentType } = responseFromCache(options.cache, api, prepared, token)
    record.finish({ status: 200, outcome: 'cached' })
    response.writeHead(200, [...headers, 'x-lb-cache', 'HIT', 'content-type', contentType])
    response.end(body)
    return
  }
  if (options.breakingRequests.isRefused(() => requestDigest(api, prepared, blockId))) {
    headers.push('x-should-retry', 'false')
    throw requestBreaksEndpoints()
  }
  const isCached = !prepared.stream && options.state.snapshot().cachedBlockIds.has(blockId)

  // 6 select endpoint, 7 lease, 8 forward, 9 read usage, 10 client
  const refusal = forward(
    {
      api,
      record,
      rawHeaders: request.rawHeaders,
      prepared,
      routing,
      cacheResponse: isCached
        ? (body, contentType) =>
            options.cache.set(requestDigest(api, prepared, blockId), { body, contentType })
        : undefined,
    },
    response,
    headers,
  )
  // A backend may have been started with other models since its list was read.
  if (refusal?.code === 'LB_ERR_MODEL_NOT_FOUND') options.modelCatalog.refresh(options.state.targets(blockId))
  if (refusal) throw refusal
  if (token) options.trafficShare.record(token.id)
}

export function createDataPlane(options: DataPlaneOptions): DataPlane {
  const open = new Set<ForwardContext>()
  const forward = createForward({ ...options, open })
  const readBody = createBodyReader({ maxBytes: options.maxBodyBytes, stallMs: options.stallMs })
  const apiByUrl = new Map(apis.flatMap((api) => api.urls.map((url) => [url, api])))

  const refuse = ({ api, record, response, headers }: Call, error: unknown): void => {
    const fault = isGatewayError(error) ? error : internalError()
    if (fault !== error) options.onInternalError(error, record.requestId)
    record.finish({ status: api.errors.statusOf(fault), outcome: 'refused', errorCode: fault.code })
    if (response.headersSent) response.destroy()
    else api.errors.send(response, headers, fault, record.requestId)
  }

  const serve = (api: Api, route: string, request: IncomingMessage, response: ServerResponse): void => {
    // 1 request id
    const requestId = options.requestIdOf(request)
    const record = createRequestRecord(options, { requestId, method: 'POST', route })
    const headers = options.headersOf(request, requestId)
    if (api.requestIdHeader !== undefined) headers.push(api.requestIdHeader, requestId)
    const call: Call = { api, record, request, response, headers }
    try {
      const refusal = options.refusalOf(request)
      if (refusal) throw refusal
      // 2 client auth: before the body is read
      const identity = options.authenticate(request.headers)
      record.identity = identity
      // 3 read body
      record.bodyMemory = options.bodyBudget.reserve()
      readBody(request, record.bodyMemory, {
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
    endInFlight: (endpointId) => endInFlight(open, endpointId),
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
