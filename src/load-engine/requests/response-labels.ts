/** Reads labels from response headers: endpoint, cache, attempts, rate limits, request id. */
import { NO_LABEL, type RequestResult } from './request-result.ts'

type Headers = Readonly<Record<string, string>>

const MAX_VALUE = 200
const MAX_RATE_LIMITS = 12
const RATE_LIMIT = 'x-ratelimit-'

const read = (headers: Headers, name: string): string => (headers[name] ?? '').slice(0, MAX_VALUE)

/** @returns `name=value` of the rate-limit headers, sorted by name and joined by `, `. */
function rateLimits(headers: Headers, prefix: string, maxLength: number): string {
  return Object.keys(headers)
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
  headers: Headers,
  status: number | null,
  step: string,
  endpoint: string | null,
): Pick<RequestResult, 'labels' | 'requestId' | 'rateLimit'> {
  const label = (value: string): string => (value === '' ? NO_LABEL : value)
  return {
    labels: {
      endpoint: label(endpoint?.slice(0, MAX_VALUE) ?? read(headers, 'x-lb-endpoint')),
      cache: label(read(headers, 'x-lb-cache')),
      attempts: label(read(headers, 'x-lb-attempts')),
      status: status === null ? NO_LABEL : String(status),
      // Grouped by the limits only: the remaining amounts differ between responses.
      rateLimit: label(rateLimits(headers, `${RATE_LIMIT}limit`, MAX_VALUE)),
      step: label(step),
    },
    requestId: read(headers, 'x-request-id'),
    rateLimit: rateLimits(headers, RATE_LIMIT, 500),
  }
}
