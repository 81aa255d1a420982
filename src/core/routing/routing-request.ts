// What the router knows about one request.
import type { TokenConfig } from '../state/configuration.ts'
import type { TokenMeasure } from './token-estimate.ts'

/** The properties of a request that selection depends on. */
export interface RoutingRequest {
  readonly blockId: number
  /** null for anonymous clients and for tokens of LB_CLIENT_TOKENS. */
  readonly token: TokenConfig | null
  readonly measure: TokenMeasure
  /** The most tokens the answer may have, where the request says so. */
  readonly maxTokens: number | undefined
}
