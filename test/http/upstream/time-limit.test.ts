import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limitTime, restartTime, type LimitedTime } from '../../../src/http/upstream/time-limit.ts'

const unlimitedTime = (): LimitedTime => ({ sinceMs: 0, limitMs: 0, firesAtMs: 0, timer: undefined })

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

type Step = { readonly afterMs: number } & (
  | { readonly kind: 'restart' }
  | { readonly kind: 'limit'; readonly limitMs: number }
)

const afterMs = fc.integer({ min: 0, max: 150 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ afterMs, kind: fc.constant('restart' as const) }),
  fc.record({ afterMs, kind: fc.constant('limit' as const), limitMs: fc.integer({ min: 0, max: 100 }) }),
)

describe('a limited time', () => {
  it('expires once no restart and no new limit has come for as long as it may last', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const time = unlimitedTime()
        const startMs = Math.trunc(performance.now())
        const expired: number[] = []
        const expected: number[] = []
        const nowMs = (): number => Math.trunc(performance.now()) - startMs
        let sinceMs = 0
        let limitMs = 0
        let isRunning = false
        for (const next of [...steps, { kind: 'restart' as const, afterMs: 200 }]) {
          // An expiry of the same millisecond comes before the step.
          if (isRunning && sinceMs + limitMs <= nowMs() + next.afterMs) {
            expected.push(sinceMs + limitMs)
            isRunning = false
          }
          vi.advanceTimersByTime(next.afterMs)
          if (next.kind === 'limit') {
            limitTime(time, next.limitMs, () => expired.push(nowMs()))
            limitMs = next.limitMs
            isRunning = limitMs > 0
          } else restartTime(time)
          sinceMs = nowMs()
        }
        clearTimeout(time.timer)
        expect(expired).toEqual(expected)
      }),
    )
  })

  it('sets no timer for a restart, nor for a limit that ends later than the timer', () => {
    const time = unlimitedTime()
    const expire = vi.fn()
    limitTime(time, 50, expire)
    const { timer } = time
    vi.advanceTimersByTime(40)
    restartTime(time)
    limitTime(time, 1_000, expire)
    expect(time.timer).toBe(timer)
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(1_000)
    expect(expire).toHaveBeenCalledOnce()
  })
})
