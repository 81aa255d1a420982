// Each process reads the sums of all once they have been published.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReplicatedSums } from '../../src/cluster/replicated-sums.ts'
import type { SharedRecord } from '../../src/cluster/shared-record.ts'
import { createLocalSums } from '../../src/core/shared/windowed-sums.ts'
import { manualClock } from '../support/gateway/gateway-fixture.ts'
import { createTimers } from '../support/gateway/timers.ts'

type SumsRecord = Extract<SharedRecord, { readonly type: 'sums' }>

const PUBLISH_MS = 75
const shapes = [
  { windowMs: 10_000, buckets: 10, maxKeys: 100 },
  { windowMs: 60_000, buckets: 60, maxKeys: 100 },
]

/** Processes, each of which hears what the others publish; and one that counts everything. */
function start(count: number) {
  const clock = manualClock()
  const { timers, setTimer, advance } = createTimers(clock)
  const records: SumsRecord[] = []
  const processes = Array.from({ length: count }, (_, from) => {
    const sums = createReplicatedSums({
      createLocal: createLocalSums(clock.now),
      setTimer,
      publish(record) {
        records.push(record)
        for (const [to, other] of processes.entries())
          if (to !== from) other.sums.apply(structuredClone(record))
      },
    })
    return { sums, tables: shapes.map(sums.create) }
  })
  const whole = shapes.map(createLocalSums(clock.now))
  return { processes, whole, records, timers, advance }
}

const KEYS = 4
const readAll = (tables: ReturnType<typeof start>['whole']): number[] =>
  tables.flatMap((table) => Array.from({ length: KEYS }, (_, key) => table.sum(key)))

type Step = 'reset' | number | { by: number; table: number; key: number; amount: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      by: fc.nat(2),
      table: fc.nat(1),
      key: fc.nat(KEYS - 1),
      amount: fc.integer({ min: -50, max: 500 }),
    }),
  },
  // Whole buckets: an amount is published in the bucket in which it was counted.
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 20 }).map((buckets) => buckets * 1_000) },
  fc.constant('reset' as const),
)

describe('sums over processes', () => {
  it('are published at once where that is asked for, and not again after it', () => {
    const { processes, records, advance } = start(2)
    const [one, other] = processes
    one?.tables[0]?.add(1, 5)
    one?.sums.publish()
    expect(other?.tables[0]?.sum(1)).toBe(5)
    one?.sums.publish()
    advance(PUBLISH_MS)
    expect(records).toHaveLength(1)
    expect(other?.tables[0]?.sum(1)).toBe(5)
  })

  it('are those of all as soon as they are published, whatever their windows, and begin anew at a reset', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { processes, whole, advance, timers } = start(3)
        for (const each of steps) {
          if (each === 'reset')
            for (const tables of [whole, ...processes.map((one) => one.tables)])
              for (const table of tables) table.reset()
          else if (typeof each === 'number') {
            advance(PUBLISH_MS)
            advance(each - PUBLISH_MS)
          } else {
            whole[each.table]?.add(each.key, each.amount)
            const own = processes[each.by]?.tables[each.table]
            const before = own?.sum(each.key) ?? NaN
            own?.add(each.key, each.amount)
            expect(own?.sum(each.key)).toBe(before + each.amount)
          }
        }
        advance(PUBLISH_MS)
        for (const { tables } of processes) expect(readAll(tables)).toEqual(readAll(whole))
        expect(timers.size).toBe(0)
      }),
    )
  })

  it('travel as one record a table and interval, and are not published again by those that hear of them', () => {
    const { processes, records, advance } = start(2)
    for (let each = 0; each < 100; each += 1) processes[0]?.tables[1]?.add(each % 2, 1)
    advance(10 * PUBLISH_MS)
    expect(records).toEqual([
      {
        type: 'sums',
        table: 1,
        amounts: [
          [0, 50],
          [1, 50],
        ],
      },
    ])
  })
})
