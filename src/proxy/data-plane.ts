// The data plane: serves completion requests, step by step. It runs before Fastify's router, which would cost more than
// all of these steps; see test/bench/README.md.
import type { LinkedList } from '../core/linked-list.ts'
import { isGatewayError, type GatewayError } from '../core/gateway-error.ts'
import type { ByteBudget, ByteReservation } from '../core/limits/byte-budget.ts'
import type { HttpRequest, HttpResponse } from '../http/server/http-messages.ts'
import type { AddressedCall } from './apis/api.ts'
import { servedRoutes } from './apis/apis.ts'
import type { ObjectPins } from '../core/pins/object-pins.ts'
import type { AuthenticateClient, ClientIdentity } from './request/authenticate-client.ts'
import { createRequestRecord, type RequestReporters } from './forward/request-record.ts'
import { internalError } from './forward/fail-request.ts'
import type { ForwardContext, ForwardOptions } from './forward/forward-context.ts'
import { createForward } from './forward/forward.ts'
import { endInFlight } from './forward/end-in-flight.ts'
import { dependsOnModel } from './routing/create-routing-request.ts'
import { noBody } from './request/prepare-body.ts'
import { createBodyReader } from './request/read-body.ts'
import { createUploadReader } from './request/read-upload.ts'
import { readQuery } from './request/read-query.ts'
import { createServePrepared, type Call, type ServeOptions } from './serve-prepared.ts'

export interface DataPlaneOptions
  extends
    Omit<ForwardOptions, 'open' | 'objectPins'>,
    RequestReporters,
    Omit<ServeOptions, 'objectPins' | 'breakingRequests' | 'modelCatalog'> {
  readonly objectPins: ObjectPins
  readonly authenticate: AuthenticateClient
  readonly maxBodyBytes: number
  readonly maxUploadBytes: number
  /** For which a client may send nothing of its body, in milliseconds. */
  readonly stallMs: number
  readonly servesFiles: boolean
  /** Bounds the memory of all bodies. */
  readonly bodyBudget: ByteBudget
  readonly requestIdOf: (request: HttpRequest) => string
  /** @returns a new list of the headers of every response: name, value, name, value. */
  readonly headersOf: (request: HttpRequest, requestId: string) => string[]
  /** @returns why the server does not accept the request, such as while it drains; undefined where it does. */
  readonly refusalOf: (request: HttpRequest) => GatewayError | undefined
}

/** A call under one of its routes. */
export interface MatchedRoute extends Omit<AddressedCall, 'query'> {
  /** The pattern, for the log. */
  readonly url: string
}

export interface DataPlane {
  /** Serves a POST to the exact URL of a forwarded call, with any query. @returns false, with nothing done, for any other request. */
  tryServe(request: HttpRequest, response: HttpResponse): boolean
  /** Serves a request of a forwarded call under a URL that does not match exactly. */
  serve(route: MatchedRoute, request: HttpRequest, response: HttpResponse): void
  /** Ends the requests of an endpoint that has been disabled or deleted; those before their commit go on elsewhere. */
  endInFlight(endpointId: number): void
}

export function createDataPlane(options: DataPlaneOptions): DataPlane {
  // A Set that grows leaves old tables behind, which keep finished requests alive until the next full collection.
  const open: LinkedList<ForwardContext> = { first: undefined, last: undefined }
  const forward = createForward({ ...options, open })
  const { maxBodyBytes, maxUploadBytes, stallMs } = options
  const readBody = createBodyReader({ maxBytes: maxBodyBytes, stallMs })
  const readUpload = createUploadReader({ maxBytes: maxUploadBytes, maxHeldBytes: maxBodyBytes, stallMs })
  const exactRoutes = new Map(
    servedRoutes(options.servesFiles)
      .filter(({ api, url }) => api.method === 'POST' && !url.includes(':'))
      .map((route) => [route.url, { ...route, objectId: undefined }]),
  )

  const refuse = ({ api, record, response, headers }: Call, error: unknown): void => {
    const fault = isGatewayError(error) ? error : internalError()
    if (fault !== error) options.onInternalError(error, record.requestId)
    record.finish({ status: api.errors.statusOf(fault), outcome: 'refused', errorCode: fault.code })
    if (response.headersSent) response.destroy()
    else api.errors.send(response, headers, fault, record.requestId)
  }

  const servePrepared = createServePrepared(options, forward, refuse)

  const serveForm = (call: Call, identity: ClientIdentity, memory: ByteReservation): void => {
    const { request, response } = call
    // What is left of a body whose request has ended.
    response.once('finish', () => request.resume())
    const needsModel = dependsOnModel(options.state, identity)
    readUpload(request, memory, needsModel, {
      onError: (error) => refuse(call, error),
      onBody(prepared) {
        try {
          servePrepared(call, identity, prepared)
        } catch (error) {
          refuse(call, error)
        }
      },
    })
  }

  const serve = (route: MatchedRoute, request: HttpRequest, response: HttpResponse): void => {
    const { api, url, path, objectId } = route
    // 1 request id
    const requestId = options.requestIdOf(request)
    const record = createRequestRecord(options, { requestId, method: api.method, route: url })
    const headers = options.headersOf(request, requestId)
    if (api.requestIdHeader !== undefined) headers.push(api.requestIdHeader, requestId)
    const call: Call = { api, path, objectId, query: '', record, request, response, headers }
    try {
      call.query = readQuery(request.url ?? '')
      const refusal = options.refusalOf(request)
      if (refusal) throw refusal
      // 2 client auth: before the body is read
      const identity = options.authenticate(request.headers)
      record.identity = identity
      // 3 read body
      if (api.method !== 'POST') return servePrepared(call, identity, noBody)
      record.bodyMemory = options.bodyBudget.reserve()
      if (api.takesForm) return serveForm(call, identity, record.bodyMemory)
      readBody(request, record.bodyMemory, {
        onError: (error) => refuse(call, error),
        onBody(bytes) {
          try {
            servePrepared(call, identity, api.readRequest(bytes))
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
      const queryAt = url.indexOf('?')
      const route = exactRoutes.get(queryAt === -1 ? url : url.slice(0, queryAt))
      if (route === undefined) return false
      serve(route, request, response)
      return true
    },
  }
}
