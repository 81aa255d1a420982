// The queue's order against a naive model: all that wait, sorted anew each time.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFairQueue, type QueueEntry } from '../../../src/core/queue/fair-queue.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  endpointConfig,
  configuration,
  gatewayState,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

const TOKENS = 4
const tokenId = fc.integer({ min: 1, max: TOKENS })
const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('add' as const), token: tokenId, tried: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('serve' as const), onlyUntried: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), index: fc.nat(50) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('charge' as const),
      token: tokenId,
      tokens: fc.integer({ min: -20, max: 200 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('promise' as const), below: fc.subarray([1, 2, 3, 4]) }),
  },
)

interface QueueTicket extends QueueEntry {
  readonly arrival: number
}

describe('the queue', () => {
  it('serves guarantee before priority before who has had least before first come, whatever comes, goes and is charged', () => {
    const endpoint = gatewayState(configuration([endpointConfig(1)]), () => 0).endpoint(1)
    const priorities = fc.array(fc.nat(2), { minLength: TOKENS, maxLength: TOKENS })
    fc.assert(
      fc.property(priorities, fc.array(command, { maxLength: 100, size: 'max' }), (drawn, commands) => {
        const tokens = drawn.map((requestPriority, index) => tokenConfig(index + 1, { requestPriority }))
        let below: readonly number[] = []
        const queue = createFairQueue<QueueTicket>({
          charge: () => undefined,
          isBelow: (token) => below.includes(token?.id ?? 0),
        })
        let entries: QueueTicket[] = []
        /** What each token has had since somebody has been waiting all the time. */
        let served = new Map<number, number>()
        const idOf = ({ request }: QueueEntry): number => request.token?.id ?? 0
        const servedOf = (entry: QueueEntry): number => served.get(idOf(entry)) ?? 0
        const go = (entry: QueueTicket): void => {
          entries = entries.filter((one) => one !== entry)
          if (entries.length === 0) served = new Map()
          expect(queue.remove(entry)).toBe(true)
          expect(queue.remove(entry)).toBe(false)
        }
        const rank = (entry: QueueTicket): number[] => [
          below.includes(idOf(entry)) ? 0 : 1,
          entry.request.token?.requestPriority ?? 0,
          servedOf(entry),
          entry.arrival,
        ]
        const compare = (a: QueueTicket, b: QueueTicket): number => {
          const [ofA, ofB] = [rank(a), rank(b)]
          return (
            ofA.map((value, index) => value - (ofB[index] ?? 0)).find((difference) => difference !== 0) ?? 0
          )
        }
        for (const [arrival, each] of commands.entries()) {
          if (each.kind === 'promise') below = each.below
          else if (each.kind === 'charge') {
            queue.charge(requestFor({ token: tokens[each.token - 1] ?? null }), each.tokens)
            if (served.has(each.token)) served.set(each.token, (served.get(each.token) ?? 0) + each.tokens)
          } else if (each.kind === 'add') {
            const request = requestFor({ token: tokens[each.token - 1] ?? null })
            const entry = { request, tried: each.tried ? [endpoint] : [], arrival }
            // Who comes late has nothing to catch up.
            const lowest = Math.min(...entries.map(servedOf))
            if (!entries.some((one) => idOf(one) === each.token))
              served.set(each.token, Math.max(servedOf(entry), entries.length === 0 ? 0 : lowest))
            entries.push(entry)
            queue.add(entry)
          } else if (each.kind === 'leave') {
            const entry = entries[each.index]
            if (entry) go(entry)
          } else {
            const canBeServed = ({ tried }: QueueEntry): boolean => !each.onlyUntried || tried.length === 0
            const next = queue.findNext(canBeServed)
            const [expected] = entries.filter(canBeServed).sort(compare)
            expect(next).toBe(expected)
            if (next) go(next)
          }
          expect(queue.size()).toBe(entries.length)
        }
      }),
      { numRuns: 500 },
    )
  })
})
