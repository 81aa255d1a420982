// Tells the time of day for log lines.

/**
 * ISO 8601 in UTC with milliseconds. Formats once a millisecond, as many lines share one.
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
