// The cookie of a session, as browsers send it and take it. @see https://www.rfc-editor.org/rfc/rfc6265
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

// Of several balancers on one host; more are nobody's accident.
const MAX_VALUES = 8

/** Cookies know hosts but no ports: with the port in its name, signing in to one balancer signs out of no other on its host. */
function nameFor({ headers }: IncomingMessage): string {
  // A proxy tells the port by which the browser knows us.
  const host = String(headers['x-forwarded-host'] ?? headers.host).split(',', 1)[0]
  const [, port] = /:(\d{1,5})$/.exec(host?.trim() ?? '') ?? []
  return port === undefined ? 'lb_session' : `lb_session_${port}`
}

interface Cookie {
  readonly name: string
  readonly value: string
}

const sessionCookies = ({ headers }: IncomingMessage): Cookie[] =>
  (headers.cookie ?? '').split(';').flatMap((pair) => {
    const [, name, value] = /^\s*(lb_session(?:_\d+)?)=(.*?)\s*$/.exec(pair) ?? []
    return name === undefined || value === undefined ? [] : { name, value }
  })

/**
 * @returns the values of all cookies that may be a session's, those of our own name first: the others are another balancer's,
 * or ours where a proxy told us another port.
 */
export function readSessionCookies(request: IncomingMessage): string[] {
  const own = nameFor(request)
  return sessionCookies(request)
    .sort((left, right) => Number(right.name === own) - Number(left.name === own))
    .slice(0, MAX_VALUES)
    .map(({ value }) => value)
}

/** Whether the request came with a cookie that we have set at this address. */
export const hasOwnCookie = (request: IncomingMessage): boolean =>
  sessionCookies(request).some(({ name }) => name === nameFor(request))

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
  return `${nameFor(request)}=${value}; ${attributes}${isSecure(request) ? '; Secure' : ''}`
}
