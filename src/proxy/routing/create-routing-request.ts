// Says where a request may go: by its client, its model and what the client may use.
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import { allowsModel, isRestricted } from '../../core/models/model-access.ts'
import { missingModel, refusalError } from '../../core/routing/refusal.ts'
import { alsoAsCall } from '../../core/routing/also-as-call.ts'
import { resolveAlias } from '../../core/routing/resolve-alias.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { AddressedCall } from '../apis/api.ts'
import type { ClientIdentity } from '../request/authenticate-client.ts'
import type { PreparedBody } from '../request/prepare-body.ts'

function checkAccess(state: GatewayState, request: RoutingRequest): void {
  const { blockId, token, model } = request
  const access = { block: state.snapshot().blockById.get(blockId), token }
  if (!isRestricted(access)) return
  if (model === undefined)
    throw gatewayError('LB_ERR_BAD_REQUEST', 'Name a model: this client may use certain models only.', {
      param: 'model',
    })
  if (!allowsModel(access, model)) throw refusalError(missingModel(state, request))
}

/** Whether it is of importance for the client's requests which model they name. */
export function dependsOnModel(state: GatewayState, { token, blockId }: ClientIdentity): boolean {
  const { blockById, aliasByName } = state.snapshot()
  return (
    aliasByName.size > 0 ||
    isRestricted({ block: blockById.get(blockId), token }) ||
    state
      .wires(blockId)
      .some(({ endpoint: { served, config } }) => !served.takesAny || Object.keys(config.modelMap).length > 0)
  )
}

interface RoutingFacts extends Pick<RoutingRequest, 'requestId' | 'prompt' | 'session'> {
  /** Of the client, which tells clients without a token apart. */
  readonly address: string | undefined
  /** The call that it may be translated into; undefined for none. */
  readonly translatesTo: Pick<RoutingRequest, 'api' | 'path'> | undefined
}

/**
 * @throws gatewayError LB_ERR_MODEL_NOT_FOUND for a model that the client may not use, LB_ERR_BAD_REQUEST where it may use
 * certain models only and names none.
 */
export function createRoutingRequest(
  state: GatewayState,
  { api, path, objectId }: AddressedCall,
  prepared: PreparedBody,
  { token, staticDigest, blockId }: ClientIdentity,
  { requestId, address, translatesTo, prompt, session }: RoutingFacts,
): RoutingRequest {
  const request: RoutingRequest = {
    requestId,
    blockId,
    token,
    client: token === null ? (staticDigest ?? address) : undefined,
    api: api.name,
    path,
    model: prepared.model,
    alias: undefined,
    targets: undefined,
    needsRoute: false,
    endpointId: undefined,
    objectId: undefined,
    measure: api.tokenMeasure,
    stream: prepared.stream,
    maxTokens: prepared.maxTokens,
    prompt,
    session,
  }
  // Who may use the model was asked when the object was made.
  if (objectId === undefined) checkAccess(state, request)
  const resolved = resolveAlias(request, state.snapshot())
  return translatesTo === undefined ? resolved : alsoAsCall(resolved, translatesTo)
}
