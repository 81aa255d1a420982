import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { startPurging } from '../../src/app/start-purging.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const START_MS = Date.parse('2026-01-01T00:00:00.000Z')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: START_MS })
  onTestFinished(() => void vi.useRealTimers())
})

function start(auditDays: number, error?: Error) {
  const calls: [string, number][] = []
  const errors: unknown[] = []
  const note = (name: string) => (atMs: number) => {
    calls.push([name, atMs - START_MS])
    return error ? Promise.reject(error) : Promise.resolve()
  }
  const store = {
    purgeDeleted: note('deleted'),
    trimHistory: note('history'),
    trimAudit: note('audit'),
  }
  const stop = startPurging(store, { error: (...args: unknown[]) => void errors.push(args) }, auditDays)
  onTestFinished(stop)
  return { calls, errors, stop }
}

it('what is kept for a time only is removed at the start and every hour, the audit after its days', () => {
  const { calls, stop } = start(365)
  const at = (ms: number): [string, number][] => [
    ['deleted', ms],
    ['history', ms],
    ['audit', ms - 365 * DAY_MS],
  ]
  expect(calls).toEqual(at(0))
  vi.advanceTimersByTime(HOUR_MS - 1)
  expect(calls).toHaveLength(3)
  vi.advanceTimersByTime(1)
  expect(calls.slice(3)).toEqual(at(HOUR_MS))
  stop()
  vi.advanceTimersByTime(2 * HOUR_MS)
  expect(calls).toHaveLength(6)
})

it('the audit is kept with 0 days', () => {
  expect(start(0).calls.map(([name]) => name)).toEqual(['deleted', 'history'])
})

it('a failure is logged, and the next hour tries again', async () => {
  const { calls, errors } = start(1, new Error('held'))
  await vi.waitFor(() => expect(errors).toHaveLength(1))
  vi.advanceTimersByTime(HOUR_MS)
  expect(calls).toHaveLength(6)
})
