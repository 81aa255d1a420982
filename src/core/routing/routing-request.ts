// The properties of one request that routing depends on.
import type { AliasConfig, TokenConfig } from '../state/configuration.ts'
import type { ApiName } from '../../contract/objects/api-names.ts'
import type { Prompt } from '../placement/prefix/prompt.ts'
import type { TokenMeasure } from './token-estimate.ts'

/** What a request may be served as, where that is not the request itself alone. */
interface RequestTargets {
  /** In order of preference. */
  readonly requests: readonly RoutingRequest[]
  /** Whether it waits for a target whose available endpoints are all full, or goes to the next. */
  readonly waits: boolean
}

export interface RoutingRequest {
  /** The id under which the client's request is reported. */
  readonly requestId?: string | undefined
  readonly blockId: number
  /** null for anonymous clients and for tokens of LB_CLIENT_TOKENS. */
  readonly token: TokenConfig | null
  /** Tells clients without a stored token apart: the digest of a token of LB_CLIENT_TOKENS, or the address. */
  readonly client?: string | undefined
  readonly api: ApiName
  /** The path on a backend, which tells the routes of one call apart: a backend may have some of them only. */
  readonly path: string
  /** The model that the body names; undefined where it names none: then it may go to any endpoint of its block. */
  readonly model: string | undefined
  /** The alias that the client's request names; undefined where it names none. */
  readonly alias: AliasConfig | undefined
  /** undefined where it is served as itself alone. */
  readonly targets: RequestTargets | undefined
  /** Whether an endpoint that has been found to lack the route is never asked, as there is another way to serve the request. */
  readonly needsRoute: boolean
  /** The only endpoint that may serve it, as a target of an alias or as the one that keeps the object; undefined for any. */
  readonly endpointId: number | undefined
  /** The object that it refers to, such as a stored response, and that its one endpoint keeps; undefined for none. */
  readonly objectId: string | undefined
  readonly measure: TokenMeasure
  /** Whether the response is a stream, whose first byte comes long before its end. */
  readonly stream: boolean
  /** The most tokens that the response may have; undefined where the request sets no limit. */
  readonly maxTokens: number | undefined
  /** undefined where it has none that endpoints work on. */
  readonly prompt?: Prompt | undefined
  /** A digest that requests of one session have in common, where their block keeps sessions together; undefined for none. */
  readonly session?: string | undefined
}
