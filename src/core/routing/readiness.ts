// Whether an endpoint may be selected now, as far as cooldowns, hangs and health checks decide it.
import { allowsRequest, awaitsProbe } from '../lease/breaker.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { RoutingRequest } from './routing-request.ts'

/** Whether it is ready for every request. */
export const isReadyForAll = ({ tripped, watch, unhealthy }: EndpointRuntime): boolean =>
  tripped === null && watch.hang === null && !unhealthy

/** Whether neither a cooldown nor failed health checks keep the request from the endpoint. */
export const isReady = (endpoint: EndpointRuntime, request: RoutingRequest, nowMs: number): boolean =>
  isReadyForAll(endpoint) || (allowsRequest(endpoint, request, nowMs) && !endpoint.unhealthy)

/** Whether only the probe that another process may send keeps the request from the endpoint. */
export const isAwaited = (endpoint: EndpointRuntime, request: RoutingRequest, nowMs: number): boolean =>
  !endpoint.unhealthy && awaitsProbe(endpoint, request, nowMs)
