// Slots of a single process and slots granted to an only worker: the same laws, in any order of events.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGrantedSlots } from '../../../src/core/shared/granted-slots.ts'
import { createSlotGrants } from '../../../src/core/shared/slot-grants.ts'
import type { SlotGrant, SlotReport } from '../../../src/core/shared/slot-messages.ts'
import {
  createLocalSlots,
  isFull,
  type EndpointSlots,
  type SlotAllocator,
} from '../../../src/core/shared/slots.ts'

interface Started {
  readonly allocator: SlotAllocator
  setLimit(slots: EndpointSlots, limit: number): void
}

const startLocal = (): Started => {
  const allocator = createLocalSlots()
  return { allocator, setLimit: (slots, limit) => allocator.setLimit(slots, limit) }
}

/** Hands over all messages after each event. */
function startGranted(): Started {
  const deferred: (() => void)[] = []
  const reports: SlotReport[] = []
  const grants: SlotGrant[] = []
  const primary = createSlotGrants((_, grant) => void grants.push(grant))
  const worker = createGrantedSlots({
    report: (report) => void reports.push(report),
    onRoom: () => undefined,
    defer: (callback) => void deferred.push(callback),
  })
  primary.addHolder(1)
  const settle = (): void => {
    while (deferred.length + reports.length + grants.length > 0) {
      for (const grant of grants.splice(0)) worker.grant(grant)
      for (const callback of deferred.splice(0)) callback()
      for (const report of reports.splice(0)) primary.report(1, report)
    }
  }
  return {
    allocator: {
      ...worker,
      take(slots) {
        worker.take(slots)
        settle()
      },
      release(slots) {
        worker.release(slots)
        settle()
      },
    },
    setLimit(slots, limit) {
      primary.setLimit(slots.config.id, limit)
      worker.setLimit(slots, limit)
      settle()
    },
  }
}

const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), at: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), at: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('limit' as const), at: fc.nat(2), limit: fc.nat(6) }),
  },
)

describe.each([
  ['of a single process', startLocal],
  ['granted to an only worker', startGranted],
])('slots %s', (_, start) => {
  it('are as many as the limit less those in use, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100, size: 'max' }), (events) => {
        const { allocator, setLimit } = start()
        const limits = [3, 1, 0]
        const taken = [0, 0, 0]
        const endpoints = limits.map((_limit, index) => ({
          config: { id: index + 1 },
          capacity: 0,
          inflight: 0,
        }))
        for (const [index, slots] of endpoints.entries()) setLimit(slots, limits[index] ?? 0)
        for (const each of events) {
          const slots = endpoints[each.at] as EndpointSlots
          const before = taken[each.at] ?? 0
          expect(isFull(slots)).toBe(before >= (limits[each.at] ?? 0))
          if (each.kind === 'limit') {
            limits[each.at] = each.limit
            setLimit(slots, each.limit)
          } else if (each.kind === 'take' && !isFull(slots)) {
            taken[each.at] = before + 1
            allocator.take(slots)
          } else if (each.kind === 'release' && before > 0) {
            taken[each.at] = before - 1
            allocator.release(slots)
          }
          expect(endpoints.map(({ inflight }) => inflight)).toEqual(taken)
          expect(endpoints.map(({ capacity, inflight }) => Math.max(0, capacity - inflight))).toEqual(
            limits.map((limit, index) => Math.max(0, limit - (taken[index] ?? 0))),
          )
        }
      }),
    )
  })
})

describe('a worker', () => {
  it('confirms a repeated grant again, and no older one changes its slots', () => {
    const deferred: (() => void)[] = []
    const reports: SlotReport[] = []
    const slots = { config: { id: 1 }, capacity: 0, inflight: 0 }
    const worker = createGrantedSlots({
      report: (report) => void reports.push(report),
      onRoom: () => undefined,
      defer: (callback) => void deferred.push(callback),
    })
    worker.setLimit(slots, 9)
    const grant = (seq: number, capacity: number): readonly SlotReport[] => {
      worker.grant({ endpointId: 1, seq, capacity, isSingle: false })
      for (const callback of deferred.splice(0)) callback()
      return reports.splice(0)
    }
    expect(grant(2, 5)).toMatchObject([{ grantSeq: 2, capacity: 5 }])
    expect(grant(2, 5)).toMatchObject([{ grantSeq: 2, capacity: 5 }])
    grant(1, 7)
    expect(slots.capacity).toBe(5)
  })
})
