// Authenticates a client by its bearer token, and finds the incoming block that its requests belong to.
import type { TokenConfig } from '../../core/state/configuration.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { digestSecret } from '../../config/secret-digest.ts'

export interface ClientIdentity {
  /** null for anonymous clients and for tokens of LB_CLIENT_TOKENS. */
  readonly token: TokenConfig | null
  /** The digest of a token of LB_CLIENT_TOKENS; undefined for other clients. */
  readonly staticDigest?: string
  readonly blockId: number
}

export type AuthenticateClient = (authorization: string | undefined) => ClientIdentity

interface ClientAuthentication {
  readonly state: GatewayState
  /** Digests of LB_CLIENT_TOKENS. */
  readonly staticDigests: ReadonlySet<string>
  readonly allowAnonymous: boolean
}

const BEARER = /^bearer +(\S+) *$/i

/** @returns a function that throws LB_ERR_UNAUTHORIZED where a token is required and the client sent no known one. */
export function createClientAuthentication(options: ClientAuthentication): AuthenticateClient {
  const { state, staticDigests, allowAnonymous } = options
  return (authorization) => {
    const snapshot = state.snapshot()
    const secret = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1]
    if (secret !== undefined) {
      const digest = digestSecret(secret)
      const token = snapshot.tokenByDigest.get(digest)
      if (token !== undefined) return { token, blockId: token.blockId }
      if (staticDigests.has(digest))
        return { token: null, staticDigest: digest, blockId: snapshot.defaultBlockId }
    }
    const open = allowAnonymous || (staticDigests.size === 0 && !snapshot.settings.tokensEverCreated)
    if (open) return { token: null, blockId: snapshot.defaultBlockId }
    throw gatewayError(
      'LB_ERR_UNAUTHORIZED',
      secret === undefined
        ? 'a client token is required: Authorization: Bearer <token>'
        : 'unknown client token',
    )
  }
}
