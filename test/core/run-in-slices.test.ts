import { expect, it } from 'vitest'
import { runInSlices } from '../../src/core/run-in-slices.ts'

it('pauses between any two slices of work, and gives its result', async () => {
  const events: string[] = []
  function* work(): Generator<void, string> {
    for (const slice of ['first', 'second']) {
      events.push(slice)
      yield
    }
    events.push('end')
    return 'result'
  }
  const pause = (): Promise<void> => {
    events.push('pause')
    return Promise.resolve()
  }
  expect(await runInSlices(work(), pause)).toBe('result')
  expect(events).toEqual(['first', 'pause', 'second', 'pause', 'end'])
})
