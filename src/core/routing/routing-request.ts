// The properties of one request that routing depends on.
import type { AliasConfig, TokenConfig } from '../state/configuration.ts'
import type { ApiName } from '../../contract/objects/api-names.ts'
import type { TokenMeasure } from './token-estimate.ts'

export interface AliasTargets {
  readonly config: AliasConfig
  /** In order of preference, one for each target. */
  readonly requests: readonly RoutingRequest[]
}

export interface RoutingRequest {
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
  /** What a request for an alias may be served as; undefined for others. */
  readonly alias: AliasTargets | undefined
  /** The only endpoint that may serve it, as a target of an alias; undefined for any. */
  readonly endpointId: number | undefined
  readonly measure: TokenMeasure
  /** Whether the response is a stream, whose first byte comes long before its end. */
  readonly stream: boolean
  /** The most tokens that the response may have; undefined where the request sets no limit. */
  readonly maxTokens: number | undefined
}
