// Jobs run one after another.
import { describe, expect, it } from 'vitest'
import { createSerialQueue } from '../../src/core/serial-queue.ts'

/** A job that a test ends. */
function heldJob<T>() {
  let end!: (value: T) => void
  let fail!: (error: unknown) => void
  const held = new Promise<T>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  return { job: () => held, end, fail }
}

describe('a serial queue', () => {
  it('runs jobs in order of arrival, each after the one before it has ended', async () => {
    const queue = createSerialQueue()
    const begun: number[] = []
    const first = heldJob<string>()
    const jobs = [
      queue(() => {
        begun.push(1)
        return first.job()
      }),
      queue(() => {
        begun.push(2)
        return 'second'
      }),
    ]
    await Promise.resolve()
    expect(begun).toEqual([1])
    first.end('first')
    expect(await Promise.all(jobs)).toEqual(['first', 'second'])
    expect(begun).toEqual([1, 2])
  })

  it('rejects a failed job alone, and runs the next', async () => {
    const queue = createSerialQueue()
    const failed = queue(() => {
      throw new Error('no')
    })
    const next = queue(() => 'next')
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe('next')
  })

  it('rejects those that waited for a job whose error fails them too, and runs what comes later', async () => {
    const queue = createSerialQueue((error) => error === 'disk full')
    const first = heldJob<string>()
    const failed = queue(first.job)
    let isRun = false
    const waited = queue(() => {
      isRun = true
    })
    first.fail('disk full')
    await expect(failed).rejects.toBe('disk full')
    await expect(waited).rejects.toBe('disk full')
    expect(isRun).toBe(false)
    expect(await queue(() => 'later')).toBe('later')
  })

  it('runs those that waited for a job whose error is its own', async () => {
    const queue = createSerialQueue((error) => error === 'disk full')
    const failed = queue(() => Promise.reject(new Error('unique')))
    const waited = queue(() => 'waited')
    await expect(failed).rejects.toThrow('unique')
    expect(await waited).toBe('waited')
  })
})
