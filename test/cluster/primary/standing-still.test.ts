// Which workers are taken to stand still, by the time since they were heard.
import { expect, it } from 'vitest'
import { standsStill } from '../../../src/cluster/primary/standing-still.ts'

const startMs = 5_000

it('gives a worker that starts a minute, so that a slow start is not ended again and again', () => {
  const starting = { startMs, heardMs: startMs }
  expect(standsStill(starting, startMs + 10_001)).toBe(false)
  expect(standsStill(starting, startMs + 60_000)).toBe(false)
  expect(standsStill(starting, startMs + 60_001)).toBe(true)
})

it('gives one that has started ten seconds from its last message', () => {
  const heardMs = startMs + 30_000
  expect(standsStill({ startMs, heardMs }, heardMs + 10_000)).toBe(false)
  expect(standsStill({ startMs, heardMs }, heardMs + 10_001)).toBe(true)
})
