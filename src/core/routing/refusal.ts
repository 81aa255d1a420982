// Why a request gets no endpoint.
import type { ErrorCode } from '../../contract/error-codes.ts'
import { gatewayError, type GatewayError } from '../gateway-error.ts'
import { describeMissingApi } from '../apis/describe-missing-api.ts'
import { takesApi } from '../apis/takes-call.ts'
import { describeMissingModel } from '../models/missing-model.ts'
import type { FirstNames } from '../models/first-names.ts'
import { allowsModel, isRestricted } from '../models/model-access.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import { allowedWires, hasPreferredEndpoint, isServable, servedAs, takenOf } from './candidate-set.ts'
import type { RoutingRequest } from './routing-request.ts'
import { modelNames } from './served-wires.ts'

export interface Refusal {
  readonly code: ErrorCode
  readonly detail: string
  /** Seconds until a retry may succeed, at least 1; undefined where none can. */
  readonly retryAfterS: number | undefined
  /** The member of the body that is refused. */
  readonly param?: 'model'
}

export const refusalError = ({ code, detail, ...extras }: Refusal): GatewayError =>
  gatewayError(code, detail, extras)

/** The wait that is advised where nothing tells when an endpoint will be back. */
export const DEFAULT_RETRY_S = 5

const refuse = (code: ErrorCode, detail: string, retryAfterS = DEFAULT_RETRY_S): Refusal => ({
  code,
  detail,
  retryAfterS: Math.max(1, Math.ceil(retryAfterS)),
})

const keeper = ({ objectId }: RoutingRequest): string => `the endpoint that keeps '${objectId ?? ''}'`

export const allFull = (request: RoutingRequest): Refusal =>
  refuse(
    'LB_ERR_ALL_FULL',
    request.objectId === undefined ? 'all connected endpoints are busy' : `${keeper(request)} is busy`,
    1,
  )

export function allCooling(request: RoutingRequest, retryAfterS: number): Refusal {
  if (hasPreferredEndpoint(request))
    return refuse('LB_ERR_PREFERRED_COOLING', 'mapped endpoint currently in cooldown', retryAfterS)
  const detail =
    request.objectId === undefined
      ? 'all connected endpoints in cooldown'
      : `${keeper(request)} is in cooldown`
  return refuse('LB_ERR_ALL_COOLING', detail, retryAfterS)
}

/** Those of the names that the client may use. */
function usable(
  state: GatewayState,
  { blockId, token }: RoutingRequest,
  { names, hasMore }: FirstNames,
): FirstNames {
  const access = { block: state.snapshot().blockById.get(blockId), token }
  return { names: isRestricted(access) ? names.filter((name) => allowsModel(access, name)) : names, hasMore }
}

/** Names that the request could have used instead, as far as its client may use them. */
function namesInReach(state: GatewayState, request: RoutingRequest): FirstNames {
  const { blockId } = request
  const { aliases } = state.snapshot()
  const all = state.wires(blockId)
  const wires = allowedWires(all, request)
  const names =
    wires === all
      ? state.modelNames(blockId)
      : modelNames(
          wires.map(({ endpoint }) => endpoint),
          aliases,
        )
  return usable(state, request, names)
}

/** For a model that no endpoint in reach serves, or that the client may not use: it is told the same. */
export const missingModel = (state: GatewayState, request: RoutingRequest): Refusal => ({
  code: 'LB_ERR_MODEL_NOT_FOUND',
  detail: describeMissingModel(request.model ?? '', namesInReach(state, request)),
  retryAfterS: undefined,
  param: 'model',
})

/** For a request whose call, or whose model, none of these endpoints serves. */
function notServed(
  state: GatewayState,
  request: RoutingRequest,
  inReach: readonly EndpointRuntime[],
): Refusal {
  const takers = inReach.filter((endpoint) => servedAs(request).some(({ api }) => takesApi(endpoint, api)))
  const hasModel = inReach.some((endpoint) => takenOf(servedAs(request), endpoint) !== undefined)
  if (takers.length > 0 && !hasModel) return missingModel(state, request)
  const names = usable(state, request, modelNames(takers, state.snapshot().aliases))
  return {
    code: 'LB_ERR_API_NOT_SERVED',
    detail: describeMissingApi(request, inReach, names),
    retryAfterS: undefined,
  }
}

/** For a request that has no candidate. */
export function noCandidate(state: GatewayState, request: RoutingRequest): Refusal {
  const inReach = allowedWires(state.wires(request.blockId), request).map(({ endpoint }) => endpoint)
  if (inReach.length > 0 && !isServable(state, request)) return notServed(state, request, inReach)
  if (request.objectId !== undefined)
    return refuse('LB_ERR_NO_ENDPOINT', `${keeper(request)} is not connected`)
  return hasPreferredEndpoint(request)
    ? refuse('LB_ERR_PREFERRED_NOT_CONNECTED', 'mapped endpoint not connected')
    : refuse('LB_ERR_NO_ENDPOINT', 'no connected endpoints available')
}

/** How much the refusal of one target says of the whole alias: room may come, an endpoint may come back. */
const weightOf = ({ code }: Refusal): number =>
  code === 'LB_ERR_ALL_FULL'
    ? 2
    : code === 'LB_ERR_ALL_COOLING' || code === 'LB_ERR_PREFERRED_COOLING'
      ? 1
      : 0

/** The refusal that says more of an alias; of two cooldowns the one that ends first. */
export function moreTelling(known: Refusal | undefined, refusal: Refusal): Refusal {
  if (known === undefined) return refusal
  const more = weightOf(refusal) - weightOf(known)
  const isSooner = (refusal.retryAfterS ?? Infinity) < (known.retryAfterS ?? Infinity)
  return more > 0 || (more === 0 && isSooner) ? refusal : known
}
