// Refuses requests that another site's page may have sent with the operator's cookie.
import type { IncomingMessage } from 'node:http'
import { gatewayError } from '../../core/gateway-error.ts'

const SAFE_METHODS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS'])

const csrfError = (detail: string) => gatewayError('LB_ERR_CSRF', detail)

/** Throws LB_ERR_CSRF if the browser reports that a page of another site sent the request. */
export function refuseCrossSite({ headers }: IncomingMessage): void {
  if (headers['sec-fetch-site'] === 'cross-site') throw csrfError('A page of another site may not do this.')
}

/** CORS does not apply to WebSockets, and another port of this host counts as the same site, so the Origin must match. */
function refuseCrossOriginUpgrade({ headers }: IncomingMessage): void {
  const host = URL.parse(headers.origin ?? '')?.host
  const own = [headers.host, headers['x-forwarded-host']]
  if (host === undefined || !own.includes(host)) throw csrfError('Only our own pages may open a WebSocket.')
}

/**
 * Throws LB_ERR_CSRF for a request of a session that changes something and carries no proof that our page sent it.
 * @param isCsrfToken - whether a text is the session's CSRF token.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function refuseCsrf(request: IncomingMessage, isCsrfToken: (text: string) => boolean): void {
  if (SAFE_METHODS.has(request.method)) {
    // A WebSocket is opened by a GET, but what is sent on it may change something.
    if (request.headers.upgrade !== undefined) refuseCrossOriginUpgrade(request)
    return
  }
  refuseCrossSite(request)
  if (!isCsrfToken(String(request.headers['x-csrf-token'] ?? '')))
    throw csrfError("Send the session's csrf_token, which GET of the session tells, as X-CSRF-Token.")
}
