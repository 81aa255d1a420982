// The cookie of a session, as browsers send it and take it. @see https://www.rfc-editor.org/rfc/rfc6265
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

const NAME = 'lb_session'
// Another server of the same host name may have set one too; more are nobody's accident.
const MAX_VALUES = 4

/** @returns the values of all cookies of the session's name, in the order of the header field. */
export function readSessionCookies({ headers }: IncomingMessage): string[] {
  return (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1))
    .slice(0, MAX_VALUES)
}

/** Whether the browser reached us, or the proxy in front of us, by https. Who lies about it harms only themselves. */
function isSecure({ socket, headers }: IncomingMessage): boolean {
  const forwarded = String(headers['x-forwarded-proto'] ?? '').split(',', 1)[0]
  return socket instanceof TLSSocket || forwarded?.trim().toLowerCase() === 'https'
}

/**
 * The value of Set-Cookie.
 * @param value - of characters that need no quoting. @param maxAgeS - 0 takes the cookie away.
 */
export function sessionCookie(request: IncomingMessage, value: string, maxAgeS: number): string {
  const attributes = `Path=/; Max-Age=${Math.round(maxAgeS)}; HttpOnly; SameSite=Strict`
  return `${NAME}=${value}; ${attributes}${isSecure(request) ? '; Secure' : ''}`
}
