// Reads of a request everything that decides where it may go.
import type { IncomingHttpHeaders } from 'node:http'
import type { ObjectPins } from '../../core/pins/object-pins.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { AddressedCall } from '../apis/api.ts'
import { messages } from '../apis/anthropic/messages.ts'
import type { ObjectReference } from '../objects/object-members.ts'
import { pinRequest } from '../objects/pin-request.ts'
import type { ReadPrompt, RequestPrompt } from './request-prompt.ts'
import type { ReadSession } from './request-session.ts'
import type { ClientIdentity } from '../request/authenticate-client.ts'
import { createRoutingRequest } from './create-routing-request.ts'
import type { PreparedBody } from '../request/prepare-body.ts'
import { TRANSLATED } from '../translation/translated-call.ts'

export interface RouteRequestOptions {
  readonly state: GatewayState
  readonly objectPins: Pick<ObjectPins, 'find'>
  readonly readPrompt: ReadPrompt
  readonly readSession: ReadSession
  /** Whether messages are translated into chat completions for endpoints that serve these alone. */
  readonly translatesMessages: boolean
}

/** What a request tells beside its body. */
interface ClientFacts {
  readonly identity: ClientIdentity
  readonly headers: IncomingHttpHeaders
  readonly address: string | undefined
  readonly requestId: string | undefined
}

export interface RoutedRequest {
  readonly routing: RoutingRequest
  /** That of `routing`, which holds the body. */
  readonly prompt: RequestPrompt | undefined
}

const NO_REFERENCES: readonly ObjectReference[] = []

/** The object in the path, and those in the body. */
function referencesOf(
  { api, objectId }: AddressedCall,
  { objects }: PreparedBody,
): readonly ObjectReference[] {
  if (objectId !== undefined && api.pathObject !== undefined)
    return [{ kind: api.pathObject, id: objectId, param: undefined }]
  return objects?.references ?? NO_REFERENCES
}

/** @throws gatewayError for a request that may go nowhere, whatever the state of the endpoints. */
export function routeRequest(
  { state, objectPins, readPrompt, readSession, translatesMessages }: RouteRequestOptions,
  call: AddressedCall,
  prepared: PreparedBody,
  { identity, headers, address, requestId }: ClientFacts,
): RoutedRequest {
  const { api } = call
  const { blockId } = identity
  const affinity = state.snapshot().blockById.get(blockId)?.sessionAffinity ?? 'none'
  const prompt = readPrompt(api, prepared, blockId)
  const requested = createRoutingRequest(state, call, prepared, identity, {
    requestId,
    address,
    translatesTo: translatesMessages && api === messages ? TRANSLATED : undefined,
    prompt,
    session: readSession(affinity, identity, prepared, headers),
  })
  return { routing: pinRequest(objectPins, state, requested, referencesOf(call, prepared)), prompt }
}
