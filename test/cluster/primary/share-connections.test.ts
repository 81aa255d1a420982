// Connections are shared among the workers by the number of open ones, however quickly each takes them over.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createConnectionShare, SLOW_MS } from '../../../src/cluster/primary/share-connections.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'
import { createTimers } from '../../support/gateway/timers.ts'

interface Connection {
  readonly number: number
  /** Whether this process's copy is closed. */
  isClosed: boolean
  close(): void
}

function start(workers: number) {
  const clock = manualClock()
  const { setTimer, advance, timers } = createTimers(clock)
  const handed = new Map<number, Connection[]>()
  const pending = new Map<number, Connection>()
  const share = createConnectionShare<Connection>({
    clock: clock.now,
    setTimer,
    hand(workerId, connection) {
      // One at a time: messages to the worker wait behind it.
      expect(pending.has(workerId)).toBe(false)
      pending.set(workerId, connection)
      handed.set(workerId, [...(handed.get(workerId) ?? []), connection])
    },
  })
  let last = 0
  const offer = (): Connection => {
    const connection: Connection = {
      number: (last += 1),
      isClosed: false,
      close: () => void (connection.isClosed = true),
    }
    share.offer(connection)
    return connection
  }
  const take = (workerId: number): boolean => {
    if (!pending.delete(workerId)) return false
    share.taken(workerId)
    return true
  }
  for (let id = 1; id <= workers; id += 1) share.add(id)
  const counts = (): number[] =>
    Array.from({ length: workers }, (_, index) => handed.get(index + 1)?.length ?? 0)
  return { share, offer, take, counts, handed, pending, advance, timers }
}

describe('connections', () => {
  it('opened one by one go to the workers in turns', () => {
    const { offer, take, handed } = start(3)
    for (let each = 0; each < 9; each += 1) {
      offer()
      for (const id of [1, 2, 3]) take(id)
    }
    for (const id of [1, 2, 3])
      expect(handed.get(id)?.map(({ number }) => number)).toEqual([id, id + 3, id + 6])
  })

  it('opened at once are shared evenly, though one worker takes them over at once and the others later', () => {
    const { offer, take, counts } = start(4)
    for (let each = 0; each < 32; each += 1) offer()
    let busy = true
    while (busy) {
      while (take(1));
      busy = [2, 3, 4].map(take).includes(true)
    }
    expect(counts()).toEqual([8, 8, 8, 8])
  })

  it('go past a worker that is slow to take one over, until it has', () => {
    const { share, offer, take, counts, advance, timers } = start(2)
    for (let each = 0; each < 6; each += 1) offer()
    while (take(2));
    expect(counts()).toEqual([1, 1])
    advance(SLOW_MS)
    while (take(2));
    expect(counts()).toEqual([1, 5])
    take(1)
    for (let each = 0; each < 4; each += 1) {
      offer()
      take(1)
    }
    expect(counts()).toEqual([5, 5])
    share.close()
    expect(timers.size).toBe(0)
  })

  it('that have closed make room for others', () => {
    const { share, offer, take, counts } = start(2)
    for (let each = 0; each < 8; each += 1) {
      offer()
      take(1)
      take(2)
    }
    for (let each = 0; each < 4; each += 1) share.closed(1)
    for (let each = 0; each < 4; each += 1) {
      offer()
      take(1)
    }
    expect(counts()).toEqual([8, 4])
  })

  it('wait while no worker serves, and for no worker that is leaving', () => {
    const { share, offer, take, counts, pending } = start(2)
    share.leave(1)
    share.leave(2)
    const waiting = offer()
    expect(counts()).toEqual([0, 0])
    share.add(3)
    expect(pending.get(3)).toBe(waiting)
    expect(waiting.isClosed).toBe(false)
    take(3)
    expect(waiting.isClosed).toBe(true)
  })

  it('that a worker had not taken over are closed at its end, and no others', () => {
    const { share, offer, take } = start(2)
    const [first, second] = [offer(), offer()]
    const waiting = offer()
    share.remove(1)
    expect(first.isClosed).toBe(true)
    expect(second.isClosed).toBe(false)
    take(2)
    expect(waiting.isClosed).toBe(false)
    share.close()
    expect(offer().isClosed).toBe(true)
  })

  it('never differ by more than one between workers that take them over in time', () => {
    const event = fc.oneof(fc.constant('offer' as const), fc.integer({ min: 1, max: 3 }))
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const { offer, take, counts } = start(3)
        for (const each of events) {
          if (each === 'offer') offer()
          else take(each)
          expect(Math.max(...counts()) - Math.min(...counts())).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})
