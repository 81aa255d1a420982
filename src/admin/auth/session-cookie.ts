// Reads and writes the session cookie. @see https://www.rfc-editor.org/rfc/rfc6265
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

// Several balancers on one host may each set a cookie; more than this is not a legitimate request.
const MAX_VALUES = 8
// A signed session has 90 characters or so.
const MAX_VALUE_CHARACTERS = 256

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

const cookieName = /^lb_session(?:_\d{1,5})?$/

function sessionCookies({ headers }: IncomingMessage): Cookie[] {
  const cookies: Cookie[] = []
  for (const pair of (headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, equals)).trim()
    const value = pair.slice(equals + 1).trim()
    if (cookieName.test(name) && value.length <= MAX_VALUE_CHARACTERS) cookies.push({ name, value })
  }
  return cookies
}

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
export function hasOwnCookie(request: IncomingMessage): boolean {
  const own = nameFor(request)
  return sessionCookies(request).some(({ name }) => name === own)
}

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
