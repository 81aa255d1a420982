// The order of the queue, compared with a naive model that sorts all waiting requests each time.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenConfig } from '../../../src/core/state/configuration.ts'
import type { CandidateSet } from '../../../src/core/queue/candidate-index.ts'
import { createFairQueue, findNext } from '../../../src/core/queue/fair-queue.ts'
import { candidateKey } from '../../../src/core/routing/candidate-set.ts'
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
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      token: tokenId,
      tried: fc.boolean(),
      preferred: fc.constantFrom(null, 1, 2),
      model: fc.constantFrom('a', 'b'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('serve' as const),
      onlyUntried: fc.boolean(),
      busy: fc.subarray([1, 2]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), index: fc.nat(50) }) },
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
    arbitrary: fc.record({ kind: fc.constant('guarantee' as const), below: fc.subarray([1, 2, 3, 4]) }),
  },
)

interface NumberedEntry extends CandidateSet {
  readonly arrival: number
}

describe('the queue', () => {
  it('orders by guarantee, priority, tokens served and arrival, in any sequence of arrivals, cancellations and charges', () => {
    const endpoint = gatewayState(configuration([endpointConfig(1)]), () => 0).endpoint(1)
    const priorities = fc.array(fc.nat(2), { minLength: TOKENS, maxLength: TOKENS })
    fc.assert(
      fc.property(priorities, fc.array(command, { maxLength: 100, size: 'max' }), (drawn, commands) => {
        const tokens = drawn.map((requestPriority, index) =>
          tokenConfig(index + 1, { requestPriority, guaranteedSharePercent: index + 1 }),
        )
        let below: readonly number[] = []
        const queue = createFairQueue<NumberedEntry>({
          isBelow: (token) => below.includes(token?.id ?? 0),
          candidateKey: ({ request, tried }) => candidateKey(request, undefined, tried, false, []),
        })
        let entries: NumberedEntry[] = []
        /** Tokens charged by client token since the queue was last empty. */
        let served = new Map<number, number>()
        const idOf = ({ request }: CandidateSet): number => request.token?.id ?? 0
        const servedOf = (entry: CandidateSet): number => served.get(idOf(entry)) ?? 0
        const removeEntry = (entry: NumberedEntry): void => {
          entries = entries.filter((one) => one !== entry)
          if (entries.length === 0) served = new Map()
          expect(queue.remove(entry)).toBe(true)
          expect(queue.remove(entry)).toBe(false)
        }
        const rank = (entry: NumberedEntry): number[] => [
          below.includes(idOf(entry)) ? 0 : 1,
          entry.request.token?.requestPriority ?? 0,
          servedOf(entry),
          entry.arrival,
        ]
        const compare = (a: NumberedEntry, b: NumberedEntry): number => {
          const [ofA, ofB] = [rank(a), rank(b)]
          return (
            ofA.map((value, index) => value - (ofB[index] ?? 0)).find((difference) => difference !== 0) ?? 0
          )
        }
        for (const [arrival, each] of commands.entries()) {
          if (each.kind === 'guarantee') below = each.below
          else if (each.kind === 'charge') {
            queue.charge(requestFor({ token: tokens[each.token - 1] ?? null }), each.tokens)
            if (served.has(each.token)) served.set(each.token, (served.get(each.token) ?? 0) + each.tokens)
          } else if (each.kind === 'add') {
            const token = { ...(tokens[each.token - 1] as TokenConfig), preferredEndpointId: each.preferred }
            const request = requestFor({ token, model: each.model })
            const entry = { request, tried: each.tried ? [endpoint] : [], arrival }
            // A token that begins to wait starts at the lowest sum of those that wait.
            const lowest = Math.min(...entries.map(servedOf))
            if (!entries.some((one) => idOf(one) === each.token))
              served.set(each.token, Math.max(servedOf(entry), entries.length === 0 ? 0 : lowest))
            entries.push(entry)
            queue.add(entry)
          } else if (each.kind === 'cancel') {
            const entry = entries[each.index]
            if (entry) removeEntry(entry)
          } else {
            const canBeServed = ({ request, tried }: CandidateSet): boolean =>
              (!each.onlyUntried || tried.length === 0) &&
              !each.busy.includes(request.token?.preferredEndpointId ?? 0)
            const next = findNext(queue.sets(), canBeServed)?.entry
            const [expected] = entries.filter(canBeServed).sort(compare)
            expect(next).toBe(expected)
            if (next) removeEntry(next)
          }
          expect(queue.size()).toBe(entries.length)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('names the candidates of each request once, and anew only after they may have changed', () => {
    let named = 0
    const queue = createFairQueue<CandidateSet>({
      isBelow: () => false,
      candidateKey: ({ request }) => {
        named += 1
        return request.model ?? ''
      },
    })
    const endpoint = gatewayState(configuration([endpointConfig(1)]), () => 0).endpoint(1)
    const entries = ['a', 'a', 'b'].map((model) => ({ request: requestFor({ model }), tried: [] }))
    expect(queue.hasSetOf(entries[0] as CandidateSet)).toBe(false)
    expect(named, 'while nothing waits').toBe(0)
    for (const entry of entries) queue.add(entry)
    expect(named).toBe(3)
    queue.sets()
    queue.setsWith(endpoint, () => true)
    expect(named).toBe(3)
    queue.regroup()
    for (let asked = 0; asked < 2; asked += 1) {
      expect(queue.sets().map((set) => set.size())).toEqual([2, 1])
      expect(queue.setsWith(endpoint, () => true)).toHaveLength(2)
    }
    expect(named).toBe(6)
  })

  it('finds the sets that an endpoint may serve: wired, not tried, and with something that waits', () => {
    const state = gatewayState(configuration([endpointConfig(1), endpointConfig(2)]), () => 0)
    const [one, two] = [state.endpoint(1), state.endpoint(2)]
    const queue = createFairQueue<CandidateSet>({
      isBelow: () => false,
      candidateKey: ({ request, tried }) => `${request.model ?? ''} ${tried.length}`,
    })
    const fresh = { request: requestFor({ model: 'a' }), tried: [] }
    const retried = { request: requestFor({ model: 'a' }), tried: [one] }
    const other = { request: requestFor({ model: 'b' }), tried: [] }
    for (const entry of [fresh, retried, other]) queue.add(entry)
    const entriesWith = (endpoint: typeof one) =>
      queue.setsWith(endpoint, ({ model }) => model === 'a').flatMap((set) => set.entries())
    expect(entriesWith(one)).toEqual([fresh])
    expect(entriesWith(two)).toEqual([fresh, retried])
    queue.remove(fresh)
    expect(queue.setsWith(two, () => true).flatMap((set) => set.entries())).toEqual([retried, other])
    expect(queue.setsWith(two, () => true)).toHaveLength(2)
  })

  it('lets a client that begins to wait start level with those that wait, not with one that has left', () => {
    const queue = createFairQueue<CandidateSet>({ isBelow: () => false, candidateKey: () => 'all' })
    const entryOf = (id: number): CandidateSet => ({
      request: requestFor({ token: tokenConfig(id) }),
      tried: [],
    })
    const [leaving, staying, joining] = [entryOf(1), entryOf(2), entryOf(3)]
    queue.add(leaving)
    queue.add(staying)
    queue.charge(staying.request, 100)
    queue.regroup()
    expect(findNext(queue.sets())?.entry).toBe(leaving)
    queue.remove(leaving)
    queue.add(joining)
    expect(findNext(queue.sets())?.entry).toBe(staying)
  })
})
