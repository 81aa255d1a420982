// Whom a failure concerns: one client or any, one model or any.
import type { RoutingRequest } from '../routing/routing-request.ts'

/** The id of a stored client token; else what tells clients without one apart. */
export type ClientKey = number | string

export const clientOf = ({ token, client }: RoutingRequest): ClientKey => token?.id ?? client ?? ''

/** Empty where the body names no model. */
export const modelOf = ({ model }: RoutingRequest): string => model ?? ''

/** A set of requests; undefined stands for any client, or any model. */
export interface Scope {
  readonly client: ClientKey | undefined
  readonly model: string | undefined
}

export const EVERYONE: Scope = { client: undefined, model: undefined }

export const isEveryone = ({ client, model }: Scope): boolean => client === undefined && model === undefined

/** The requests of the same client for the same model. */
export const scopeOf = (request: RoutingRequest): Scope => ({
  client: clientOf(request),
  model: modelOf(request),
})

export const covers = ({ client, model }: Scope, request: RoutingRequest): boolean =>
  (client === undefined || client === clientOf(request)) &&
  (model === undefined || model === modelOf(request))

/** The smallest scope that holds both. */
export const union = (a: Scope, b: Scope): Scope => ({
  client: a.client === b.client ? a.client : undefined,
  model: a.model === b.model ? a.model : undefined,
})
