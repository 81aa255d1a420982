// Recognises requests that a page of another origin makes in a visitor's browser.
import type { IncomingHttpHeaders } from 'node:http'
import { gatewayError, type GatewayError } from '../../core/gateway-error.ts'

/** Whether the origin is the one that the request was sent to, as far as its host tells: TLS may end at a proxy. */
function isOwn(origin: string, headers: IncomingHttpHeaders): boolean {
  const host = URL.parse(origin)?.host
  if (host === undefined || host === '') return false
  const scheme = origin.slice(0, origin.indexOf(':'))
  const forwarded = String(headers['x-forwarded-host'] ?? '')
    .split(',', 1)[0]
    ?.trim()
  // URL drops the scheme's default port on both sides.
  return [headers.host, forwarded].some((own) => own && URL.parse(`${scheme}://${own}`)?.host === host)
}

/**
 * @returns the origin of the page; undefined for the balancer's own pages and for clients that are no browsers. The fields
 * are set by the browser: a page cannot change them.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function foreignOrigin(headers: IncomingHttpHeaders): string | undefined {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (origin === undefined) return site === 'cross-site' ? 'unknown' : undefined
  if (site === 'same-origin' || site === 'none') return undefined
  return site === undefined && isOwn(origin, headers) ? undefined : origin
}

/** @param isListed - whether LB_CORS_ORIGINS is a list. */
export const foreignOriginError = (isListed: boolean): GatewayError =>
  gatewayError(
    'LB_ERR_FOREIGN_ORIGIN',
    isListed
      ? 'Pages of this origin may not call the balancer; LB_CORS_ORIGINS names those that may.'
      : 'Pages of other origins may not call a balancer that needs no client token: name the origin in LB_CORS_ORIGINS, or make a client token.',
  )
