// Reads after how long an upstream accepts requests again.
import type { ResponseHeaders } from '../../http/upstream/response-head.ts'

const first = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0]

const positive = (ms: number): number | undefined => (Number.isFinite(ms) && ms > 0 ? ms : undefined)

/**
 * @param nowMs - milliseconds since the epoch, for a date.
 * @returns milliseconds; undefined where the header is absent or has an unknown form.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after (retry-after-ms is OpenAI's and Azure's)
 */
export function readRetryAfterMs(headers: ResponseHeaders, nowMs: number): number | undefined {
  const inMs = first(headers['retry-after-ms'])
  if (inMs !== undefined && /^\d+(?:\.\d+)?$/.test(inMs)) return positive(Number(inMs))
  const value = first(headers['retry-after'])
  if (value === undefined) return undefined
  if (/^\d+(?:\.\d+)?$/.test(value)) return positive(Number(value) * 1000)
  return positive(Date.parse(value) - nowMs)
}
