// Messages leave in batches, in order.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOutbox } from '../../src/cluster/outbox.ts'
import { manualClock } from '../support/gateway/gateway-fixture.ts'
import { createTimers } from '../support/gateway/timers.ts'

const MAX_DELAY_MS = 10
const MAX_BATCH = 1_024

function start() {
  const batches: (readonly number[])[] = []
  const { timers, setTimer, advance } = createTimers(manualClock())
  const send = (batch: readonly number[]): void => void batches.push(batch)
  const outbox = createOutbox<number>({ send, setTimer, maxDelayMs: MAX_DELAY_MS })
  return { outbox, batches, timers, advance }
}

/** Resolves once the present turn of the event loop, and what it has deferred, has ended. */
const turnEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Step = 'post' | 'urgent' | 'flush' | 'turn' | number
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('post' as const) },
  fc.constantFrom('urgent' as const, 'flush' as const, 'turn' as const),
  fc.integer({ min: 1, max: 12 }),
)

describe('an outbox', () => {
  it('sends each message once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { outbox, batches, timers, advance } = start()
        let posted = 0
        for (const each of steps) {
          if (each === 'flush') outbox.flush()
          else if (each === 'turn') await turnEnd()
          else if (typeof each === 'number') advance(each)
          else outbox.post(posted++, each === 'urgent')
          const sent = batches.flat()
          expect(sent).toEqual(Array.from(sent, (_, index) => index))
          if (each === 'flush') expect([sent.length, timers.size]).toEqual([posted, 0])
        }
        outbox.flush()
        expect(batches.flat()).toEqual(Array.from({ length: posted }, (_, index) => index))
        expect(batches.every((batch) => batch.length > 0)).toBe(true)
        expect(timers.size).toBe(0)
        await turnEnd()
      }),
      { numRuns: 50 },
    )
  })

  it('lets a message wait for others until its time has passed', () => {
    const { outbox, batches, advance } = start()
    outbox.post(1)
    advance(MAX_DELAY_MS - 1)
    outbox.post(2)
    expect(batches).toEqual([])
    advance(1)
    expect(batches).toEqual([[1, 2]])
    advance(10 * MAX_DELAY_MS)
    expect(batches).toHaveLength(1)
  })

  it('sends an urgent message at the end of the turn, with those before it and after it', async () => {
    const { outbox, batches, timers } = start()
    outbox.post(1)
    outbox.post(2, true)
    outbox.post(3)
    outbox.post(4, true)
    expect(batches).toEqual([])
    await turnEnd()
    expect(batches).toEqual([[1, 2, 3, 4]])
    expect(timers.size).toBe(0)
  })

  it('lets no batch grow beyond the most', () => {
    const { outbox, batches, timers } = start()
    for (let each = 0; each < 2 * MAX_BATCH + 1; each += 1) outbox.post(each)
    expect(batches.map((batch) => batch.length)).toEqual([MAX_BATCH, MAX_BATCH])
    expect(timers.size).toBe(1)
    outbox.flush()
    expect(batches.flat()).toHaveLength(2 * MAX_BATCH + 1)
    expect(timers.size).toBe(0)
  })
})
