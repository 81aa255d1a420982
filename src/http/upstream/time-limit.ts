// The time for which a connection may be silent or idle. It starts anew with each request and each chunk, which only notes
// when: the one timer of the connection is set again where it fires too early.

/** All times in whole milliseconds, on the clock of the process. */
export interface LimitedTime {
  sinceMs: number
  /** 0 for no limit. */
  limitMs: number
  /** Of no meaning without a timer. */
  firesAtMs: number
  timer: NodeJS.Timeout | undefined
}

// The longest delay of a timer.
const MAX_TIMER_MS = 2_147_483_647

const now = (): number => Math.trunc(performance.now())

export function restartTime(time: LimitedTime): void {
  time.sinceMs = now()
}

function startTimer<T extends LimitedTime>(time: T, delayMs: number, onExpired: (time: T) => void): void {
  const ms = Math.min(delayMs, MAX_TIMER_MS)
  time.firesAtMs = now() + ms
  time.timer = setTimeout(check<T>, ms, time, onExpired).unref()
}

function check<T extends LimitedTime>(time: T, onExpired: (time: T) => void): void {
  time.timer = undefined
  if (time.limitMs === 0) return
  const leftMs = time.sinceMs + time.limitMs - now()
  if (leftMs > 0) startTimer(time, leftMs, onExpired)
  else onExpired(time)
}

/** Starts the time anew. @param onExpired - the same function for all limits of one object. */
export function limitTime<T extends LimitedTime>(
  time: T,
  limitMs: number,
  onExpired: (time: T) => void,
): void {
  time.sinceMs = now()
  time.limitMs = limitMs
  if (limitMs === 0) return
  if (time.timer !== undefined) {
    if (time.firesAtMs <= time.sinceMs + limitMs) return
    clearTimeout(time.timer)
  }
  startTimer(time, limitMs, onExpired)
}
