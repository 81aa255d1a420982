// Takes steps 4 to 10 of the data plane, once a request's body has been read.
import type { ResponseCache } from '../core/cache/response-cache.ts'
import { isGatewayError } from '../core/gateway-error.ts'
import type { BreakingRequests } from '../core/lease/breaking-requests.ts'
import type { TrafficShare } from '../core/limits/traffic-share.ts'
import type { ModelCatalog } from '../core/models/model-catalog.ts'
import { peerAddress } from '../http/peer-address.ts'
import type { HttpRequest, HttpResponse } from '../http/server/http-messages.ts'
import type { AddressedCall } from './apis/api.ts'
import type { Forward } from './forward/forward.ts'
import { requestBreaksEndpoints } from './forward/request-breaks.ts'
import { CLIENT_CLOSED_REQUEST, type RequestRecord } from './forward/request-record.ts'
import type { ClientIdentity } from './request/authenticate-client.ts'
import type { PreparedBody } from './request/prepare-body.ts'
import { cacheLater, requestDigest, responseFromCache } from './response/response-from-cache.ts'
import { routeRequest, type RouteRequestOptions } from './routing/route-request.ts'

export interface ServeOptions extends RouteRequestOptions {
  readonly cache: ResponseCache
  readonly trafficShare: TrafficShare
  readonly breakingRequests: Pick<BreakingRequests, 'isRefused'>
  readonly modelCatalog: Pick<ModelCatalog, 'refresh'>
  /** Resolves when all is known here that other processes have learned by now; undefined where there are none. */
  readonly catchUp?: (() => Promise<void>) | undefined
}

/** A request with the response it is answered by. */
export interface Call extends AddressedCall {
  query: string
  readonly record: RequestRecord
  readonly request: HttpRequest
  readonly response: HttpResponse
  /** Name, value, name, value. */
  readonly headers: string[]
}

/** @throws gatewayError for a request that is refused. */
function servePrepared(
  options: ServeOptions,
  forward: Forward,
  call: Call,
  identity: ClientIdentity,
  prepared: PreparedBody,
): void {
  const { api, path, query, record, request, response, headers } = call
  const { token, blockId } = identity
  record.model = prepared.model
  record.stream = prepared.stream

  // 4 limits, 5 cache
  const { routing, prompt } = routeRequest(options, call, prepared, {
    identity,
    headers: request.headers,
    address: peerAddress(request),
    requestId: record.requestId,
  })
  // What it asks of an object is no traffic of its own.
  const counted = call.objectId === undefined ? token : null
  const cap = counted?.minTrafficPercent ?? 0
  if (counted && cap > 0 && options.trafficShare.percent(counted.id) >= cap) {
    const { body, contentType } = responseFromCache(options, call, prepared, routing)
    record.finish({ status: 200, outcome: 'cached' })
    const fields = ['x-lb-cache', 'HIT', 'content-type', contentType, 'content-length', String(body.length)]
    response.writeHead(200, undefined, [...headers, ...fields])
    response.end(body)
    return
  }
  if (options.breakingRequests.isRefused(() => requestDigest(call, prepared, routing))) {
    headers.push('x-should-retry', 'false')
    throw requestBreaksEndpoints()
  }
  const isCached =
    api.isCacheable &&
    !prepared.stream &&
    prepared.upload === undefined &&
    options.state.snapshot().cachedBlockIds.has(blockId)

  // 6 select endpoint, 7 lease, 8 forward, 9 read usage, 10 client
  const refusal = forward(
    {
      api,
      path,
      query,
      objectId: call.objectId,
      record,
      rawHeaders: request.rawHeaders,
      prepared,
      prompt,
      routing,
      keepsObjects: prepared.objects?.isForgotten !== true,
      cacheResponse: isCached ? cacheLater(options, call, prepared, routing) : undefined,
    },
    response,
    headers,
  )
  // A backend may have been started with other models since its list was read.
  if (refusal?.code === 'LB_ERR_MODEL_NOT_FOUND') options.modelCatalog.refresh(options.state.targets(blockId))
  if (refusal) throw refusal
  if (counted) options.trafficShare.record(counted.id)
}

const isUnknownObject = (error: unknown): boolean =>
  isGatewayError(error) &&
  (error.code === 'LB_ERR_OBJECT_NOT_FOUND' || error.code === 'LB_ERR_PREVIOUS_RESPONSE_NOT_FOUND')

export type ServePrepared = (call: Call, identity: ClientIdentity, prepared: PreparedBody) => void

/**
 * @param refuse - ends a request with an error that is met later.
 * @returns a function that throws a gatewayError for a request that is refused at once.
 */
export function createServePrepared(
  options: ServeOptions,
  forward: Forward,
  refuse: (call: Call, error: unknown) => void,
): ServePrepared {
  const { catchUp } = options

  /** The object may have been made a moment ago, through another process. */
  const serveLater = async (
    caughtUp: Promise<void>,
    ...[call, identity, prepared]: Parameters<ServePrepared>
  ): Promise<void> => {
    try {
      await caughtUp
      if (call.response.destroyed)
        return call.record.finish({ status: CLIENT_CLOSED_REQUEST, outcome: 'aborted' })
      servePrepared(options, forward, call, identity, prepared)
    } catch (error) {
      refuse(call, error)
    }
  }

  return (call, identity, prepared) => {
    try {
      servePrepared(options, forward, call, identity, prepared)
    } catch (error) {
      if (catchUp === undefined || !isUnknownObject(error)) throw error
      void serveLater(catchUp(), call, identity, prepared)
    }
  }
}
