// Reads and writes the session cookie. @see https://www.rfc-editor.org/rfc/rfc6265
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

// Several balancers on one host may each set a cookie; more than this is not a legitimate request.
const MAX_VALUES = 8

/** Cookies are not separated by port, so the port is part of the name: balancers on one host keep separate sessions. */
function nameFor({ headers }: IncomingMessage): string {
  // Behind a proxy the browser's port is in X-Forwarded-Host.
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
 * @returns the values of all session cookies, those with this address's name first. The others belong to another balancer,
 * or to this one where a proxy reported another port.
 */
export function readSessionCookies(request: IncomingMessage): string[] {
  const own = nameFor(request)
  return sessionCookies(request)
    .sort((left, right) => Number(right.name === own) - Number(left.name === own))
    .slice(0, MAX_VALUES)
    .map(({ value }) => value)
}

/** Whether the request carries a cookie that was set at this address. */
export const hasOwnCookie = (request: IncomingMessage): boolean =>
  sessionCookies(request).some(({ name }) => name === nameFor(request))

/** Whether the browser used https, directly or to the proxy in front. A forged X-Forwarded-Proto affects its sender only. */
function isSecure({ socket, headers }: IncomingMessage): boolean {
  const forwarded = String(headers['x-forwarded-proto'] ?? '').split(',', 1)[0]
  return socket instanceof TLSSocket || forwarded?.trim().toLowerCase() === 'https'
}

/**
 * The value of Set-Cookie.
 * @param value - must need no quoting. @param maxAgeS - 0 removes the cookie.
 */
export function sessionCookie(request: IncomingMessage, value: string, maxAgeS: number): string {
  const attributes = `Path=/; Max-Age=${Math.round(maxAgeS)}; HttpOnly; SameSite=Strict`
  return `${nameFor(request)}=${value}; ${attributes}${isSecure(request) ? '; Secure' : ''}`
}
