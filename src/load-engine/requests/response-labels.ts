/** Reads labels from response headers: endpoint, cache, attempts, rate limits, request id. */
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'
import { NO_LABEL, type RequestResult } from './request-result.ts'

const MAX_VALUE = 200
const MAX_RATE_LIMITS = 12
const RATE_LIMIT = 'x-ratelimit-'

/** @returns the value; those of a field that came more than once are joined with a comma. */
export function readHeader(headers: ResponseHeaders, name: string): string {
  const value = headers[name] ?? ''
  return typeof value === 'string' ? value : value.join(', ')
}

const read = (headers: ResponseHeaders, name: string): string => readHeader(headers, name).slice(0, MAX_VALUE)

/** @returns `name=value` of the rate-limit headers, sorted by name and joined by `, `. */
function rateLimits(
  headers: ResponseHeaders,
  names: readonly string[],
  prefix: string,
  maxLength: number,
): string {
  if (names.length === 0) return ''
  return names
    .filter((name) => name.startsWith(prefix))
    .sort()
    .slice(0, MAX_RATE_LIMITS)
    .map((name) => `${name.slice(RATE_LIMIT.length)}=${read(headers, name)}`)
    .join(', ')
    .slice(0, maxLength)
}

/**
 * @param headers - names in lower case; empty when no response was received.
 * @param endpoint - from a comment in the stream; null when the stream has none.
 */
export function responseLabels(
  headers: ResponseHeaders,
  status: number | null,
  step: string,
  endpoint: string | null,
): Pick<RequestResult, 'labels' | 'requestId' | 'rateLimit'> {
  const label = (value: string): string => (value === '' ? NO_LABEL : value)
  const limits = Object.keys(headers).filter((name) => name.startsWith(RATE_LIMIT))
  return {
    labels: {
      endpoint: label(endpoint?.slice(0, MAX_VALUE) ?? read(headers, 'x-lb-endpoint')),
      cache: label(read(headers, 'x-lb-cache')),
      attempts: label(read(headers, 'x-lb-attempts')),
      status: status === null ? NO_LABEL : String(status),
      // Grouped by the limits only: the remaining amounts differ between responses.
      rateLimit: label(rateLimits(headers, limits, `${RATE_LIMIT}limit`, MAX_VALUE)),
      step: label(step),
    },
    requestId: read(headers, 'x-request-id'),
    rateLimit: rateLimits(headers, limits, RATE_LIMIT, 500),
  }
}
