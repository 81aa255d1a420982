// The process's timers, as the core takes them.
import type { SetTimer } from '../core/timer.ts'

export const createTimer: SetTimer = (callback, ms) => {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
