// Decides which pages may open a socket: by origin, and by token if one is configured.
import type { IncomingMessage } from 'node:http'
import { BRIDGE_PROTOCOL } from '../../contract/bridge.ts'
import { digestSecret } from '../../config/secret-digest.ts'
import type { Refusal, RefuseHost } from './host-policy.ts'

/** A refusal, or for an accepted page a subscription to the end of its authorization; `watchEnd` returns the unsubscribe function. */
export type Verdict =
  | { readonly refusal: Refusal }
  | { readonly refusal?: undefined; readonly watchEnd: (onEnd: () => void) => () => void }

export type AuthorizeConnection = (request: IncomingMessage) => Verdict

const WITHOUT_END: Verdict = { watchEnd: () => () => undefined }

const BEARER = 'bearer.'

const isNamedOrigin = ({ headers }: IncomingMessage, allowed: '*' | readonly string[]): boolean =>
  allowed === '*' || allowed.includes(URL.parse(headers.origin ?? '')?.origin ?? '')

/** @param allowed - origins allowed besides that of the request's Host; `*` for all. */
function originRefusal({ headers }: IncomingMessage, allowed: '*' | readonly string[]): Refusal | undefined {
  const refusal: Refusal = { status: 403, reason: 'the origin of the page is not allowed' }
  const origin = URL.parse(headers.origin ?? '')
  if (origin === null || (origin.protocol !== 'http:' && origin.protocol !== 'https:')) return refusal
  if (allowed === '*' || allowed.includes(origin.origin)) return undefined
  // Uses the page's scheme, since TLS may be terminated by a proxy; URL drops the scheme's default port on both sides.
  const own = URL.parse(`${origin.protocol}//${headers.host ?? ''}`)
  return own !== null && own.host === origin.host ? undefined : refusal
}

/** Refuses pages by their origin, and by the host where no setting names the origin. */
export const pageRefusal = (
  request: IncomingMessage,
  allowed: '*' | readonly string[],
  refuseHost: RefuseHost,
): Refusal | undefined =>
  originRefusal(request, allowed) ?? (isNamedOrigin(request, allowed) ? undefined : refuseHost(request))

function offeredProtocols({ headers }: IncomingMessage): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
}

interface ConnectionPolicyOptions {
  readonly allowedOrigins: '*' | readonly string[]
  readonly token: string | undefined
  readonly refuseHost: RefuseHost
}

export function createConnectionPolicy({
  allowedOrigins,
  token,
  refuseHost,
}: ConnectionPolicyOptions): AuthorizeConnection {
  const expected = token === undefined ? undefined : digestSecret(token)
  return (request) => {
    const refusal = pageRefusal(request, allowedOrigins, refuseHost)
    if (refusal !== undefined) return { refusal }
    if (expected === undefined) return WITHOUT_END
    const tokens = offeredProtocols(request).filter((name) => name.startsWith(BEARER))
    const isAuthorized = tokens.some((name) => digestSecret(name.slice(BEARER.length)) === expected)
    return isAuthorized ? WITHOUT_END : { refusal: { status: 401, reason: 'the token is missing or wrong' } }
  }
}

/** Selects one of the offered subprotocols, as browsers require: the bridge's own, so that a token is not echoed. */
export function selectProtocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(BRIDGE_PROTOCOL)) return BRIDGE_PROTOCOL
  const [first] = offered
  return first ?? false
}
