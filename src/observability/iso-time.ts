// Formats the time of log lines.

const SECOND_MS = 1_000

/**
 * ISO 8601 in UTC with milliseconds. What is the same for a second is formatted once.
 * @param now - whole milliseconds since the epoch.
 */
export function createIsoTime(now: () => number): () => string {
  let second = NaN
  let untilSecond = ''
  return () => {
    const nowMs = now()
    const nowSecond = Math.floor(nowMs / SECOND_MS)
    if (nowSecond !== second) {
      second = nowSecond
      untilSecond = new Date(nowMs).toISOString().slice(0, -'000Z'.length)
    }
    return `${untilSecond}${String(nowMs - nowSecond * SECOND_MS).padStart(3, '0')}Z`
  }
}
