import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDeadlines } from '../../src/http/deadlines.ts'

describe('deadlines', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('report each entry once when its timeout ends, and no removed entry', () => {
    const due: string[] = []
    const deadlines = createDeadlines<string>(1000, (entry) =>
      due.push(`${entry} at ${performance.now() - startMs}`),
    )
    const startMs = performance.now()
    deadlines.add('a')
    vi.advanceTimersByTime(300)
    const b = deadlines.add('b')
    deadlines.add('c')
    deadlines.remove(b)
    deadlines.remove(b)
    vi.advanceTimersByTime(699)
    expect(due).toEqual([])
    vi.advanceTimersByTime(1)
    expect(due).toEqual(['a at 1000'])
    vi.advanceTimersByTime(300)
    expect(due).toEqual(['a at 1000', 'c at 1300'])
    vi.advanceTimersByTime(5000)
    deadlines.add('d')
    vi.advanceTimersByTime(1000)
    expect(due.at(-1)).toBe('d at 7300')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('accept and remove entries while they report one', () => {
    const due: string[] = []
    const deadlines = createDeadlines<string>(1000, (entry) => {
      due.push(entry)
      if (entry === 'a') deadlines.add('again')
      deadlines.remove(b)
    })
    deadlines.add('a')
    const b = deadlines.add('b')
    vi.advanceTimersByTime(1000)
    expect(due).toEqual(['a'])
    vi.advanceTimersByTime(1000)
    expect(due).toEqual(['a', 'again'])
  })
})
