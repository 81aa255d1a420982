// Formats the time of log lines.

/**
 * ISO 8601 in UTC with milliseconds. Caches the last result, since many lines share a millisecond.
 * @param now - milliseconds since the epoch.
 */
export function createIsoTime(now: () => number): () => string {
  let formattedMs = NaN
  let formatted = ''
  return () => {
    const nowMs = now()
    if (nowMs !== formattedMs) {
      formattedMs = nowMs
      formatted = new Date(nowMs).toISOString()
    }
    return formatted
  }
}
