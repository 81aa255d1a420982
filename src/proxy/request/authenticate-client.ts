// Authenticates a client by its token, and finds the incoming block that its requests belong to. Refuses pages of other
// origins, which could spend with their visitors' access.
import type { IncomingHttpHeaders } from 'node:http'
import type { TokenConfig } from '../../core/state/configuration.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { digestSecret } from '../../config/secret-digest.ts'
import { foreignOrigin, foreignOriginError } from './foreign-page.ts'

export interface ClientIdentity {
  /** null for anonymous clients and for tokens of LB_CLIENT_TOKENS. */
  readonly token: TokenConfig | null
  /** The digest of a token of LB_CLIENT_TOKENS; undefined for other clients. */
  readonly staticDigest?: string
  readonly blockId: number
}

export type AuthenticateClient = (headers: IncomingHttpHeaders) => ClientIdentity

interface ClientAuthentication {
  readonly state: GatewayState
  /** Digests of LB_CLIENT_TOKENS. */
  readonly staticDigests: ReadonlySet<string>
  readonly allowAnonymous: boolean
  /** Origins whose pages may make requests; `*` for all that have a client token. */
  readonly corsOrigins: '*' | readonly string[]
}

const BEARER = /^bearer +(\S+) *$/i

/**
 * @returns the token that the client sent: as the bearer token of OpenAI's libraries, or else as Anthropic's `x-api-key` or
 * Azure's `api-key`. Undefined where there is none.
 */
function sentToken(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers
  const bearer = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1]
  // Node.js joins several fields of one name, and sets none to an empty list.
  return bearer ?? ((headers['x-api-key'] || headers['api-key'] || undefined) as string | undefined)
}

// Those of tokens that do not exist are not kept, so that guesses take no room.
const MAX_KEPT_DIGESTS = 10_000

/** Keeps digests, which take longer to compute than to look up, for as long as the stored tokens are the same. */
function createIdentify({ state, staticDigests }: ClientAuthentication) {
  const kept = new Map<string, string>()
  let keptFor: ReadonlyMap<string, TokenConfig> | undefined

  /** @returns undefined for a token that does not exist. */
  return (secret: string): ClientIdentity | undefined => {
    const { tokenByDigest, defaultBlockId } = state.snapshot()
    if (keptFor !== tokenByDigest) kept.clear()
    keptFor = tokenByDigest
    const known = kept.get(secret)
    const digest = known ?? digestSecret(secret)
    const token = tokenByDigest.get(digest)
    if (token === undefined && !staticDigests.has(digest)) return undefined
    if (known === undefined && kept.size < MAX_KEPT_DIGESTS) kept.set(secret, digest)
    return token === undefined
      ? { token: null, staticDigest: digest, blockId: defaultBlockId }
      : { token, blockId: token.blockId }
  }
}

/**
 * @returns a function that throws LB_ERR_UNAUTHORIZED where a token is required and the client sent no known one, and
 * LB_ERR_FOREIGN_ORIGIN for a page of an origin that may not make requests.
 */
export function createClientAuthentication(options: ClientAuthentication): AuthenticateClient {
  const { state, staticDigests, allowAnonymous, corsOrigins } = options
  const isListed = corsOrigins !== '*'
  const identify = createIdentify(options)
  return (headers) => {
    const origin = foreignOrigin(headers)
    if (origin !== undefined && isListed && !corsOrigins.includes(origin)) throw foreignOriginError(isListed)
    const secret = sentToken(headers)
    const identity = secret === undefined ? undefined : identify(secret)
    if (identity !== undefined) return identity
    const snapshot = state.snapshot()
    const open = allowAnonymous || (staticDigests.size === 0 && !snapshot.settings.tokensEverCreated)
    // A page needs no knowledge to be served here, so that `*` would let every page spend.
    if (open && origin !== undefined && !isListed) throw foreignOriginError(isListed)
    if (open) return { token: null, blockId: snapshot.defaultBlockId }
    throw gatewayError(
      'LB_ERR_UNAUTHORIZED',
      secret === undefined
        ? 'a client token is required: Authorization: Bearer <token>, x-api-key: <token> or api-key: <token>'
        : 'unknown client token',
    )
  }
}
