// Decides which pages may open a socket: by their origin, and by a token where there is one.
import type { IncomingMessage } from 'node:http'
import { BRIDGE_PROTOCOL } from '../../contract/bridge.ts'
import { digestSecret } from '../../config/secret-digest.ts'

/** Why a page may not connect; `reason` is for the log and for the answer. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number
  readonly reason: string
}

/** Either why not, or how to learn that what let the page in has ended; `watchEnd` returns what stops watching. */
export type Verdict =
  | { readonly refusal: Refusal }
  | { readonly refusal?: undefined; readonly watchEnd: (onEnd: () => void) => () => void }

export type AuthorizeConnection = (request: IncomingMessage) => Verdict

const WITHOUT_END: Verdict = { watchEnd: () => () => undefined }

const BEARER = 'bearer.'

/** @param allowed - origins besides that of the host that was connected to; `*` for all. */
export function originRefusal(
  { headers }: IncomingMessage,
  allowed: '*' | readonly string[],
): Refusal | undefined {
  const refusal: Refusal = { status: 403, reason: 'the origin of the page is not allowed' }
  const origin = URL.parse(headers.origin ?? '')
  if (origin === null || (origin.protocol !== 'http:' && origin.protocol !== 'https:')) return refusal
  if (allowed === '*' || allowed.includes(origin.origin)) return undefined
  // By the page's scheme, since whether TLS ends in front of us nobody says; its own port is left out on both sides.
  const own = URL.parse(`${origin.protocol}//${headers.host ?? ''}`)
  return own !== null && own.host === origin.host ? undefined : refusal
}

function offeredProtocols({ headers }: IncomingMessage): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
}

interface ConnectionPolicyOptions {
  readonly allowedOrigins: '*' | readonly string[]
  readonly token: string | undefined
}

export function createConnectionPolicy({
  allowedOrigins,
  token,
}: ConnectionPolicyOptions): AuthorizeConnection {
  const expected = token === undefined ? undefined : digestSecret(token)
  return (request) => {
    const refusal = originRefusal(request, allowedOrigins)
    if (refusal !== undefined) return { refusal }
    if (expected === undefined) return WITHOUT_END
    const tokens = offeredProtocols(request).filter((name) => name.startsWith(BEARER))
    const knows = tokens.some((name) => digestSecret(name.slice(BEARER.length)) === expected)
    return knows ? WITHOUT_END : { refusal: { status: 401, reason: 'the token is missing or wrong' } }
  }
}

/** A browser insists that one of those it offered is taken: the bridge's own rather than one that repeats a token. */
export function selectProtocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(BRIDGE_PROTOCOL)) return BRIDGE_PROTOCOL
  const [first] = offered
  return first ?? false
}
