// What one process learns, all know: together they behave as one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRecord, type SharedParts } from '../../../src/cluster/apply-record.ts'
import { pinRecords } from '../../../src/cluster/primary/pin-records.ts'
import { encodeBlocks } from '../../../src/cluster/prompt-blocks.ts'
import type { SharedRecord } from '../../../src/cluster/shared-record.ts'
import {
  shareBreakingRequests,
  shareObjectPins,
  sharePoisonRequests,
  shareResponseCache,
} from '../../../src/cluster/worker/shared-records.ts'
import { createMissingRoutes } from '../../../src/core/apis/missing-routes.ts'
import { createResponseCache } from '../../../src/core/cache/response-cache.ts'
import { createBreakingRequests } from '../../../src/core/lease/breaking-requests.ts'
import { createPoisonRequests } from '../../../src/core/lease/poison-requests.ts'
import { createModelCatalog } from '../../../src/core/models/model-catalog.ts'
import { createObjectPins } from '../../../src/core/pins/object-pins.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'
import { createTimers } from '../../support/gateway/timers.ts'

type Clock = ReturnType<typeof manualClock>

/** What a process remembers by itself. */
function createParts(clock: Clock) {
  const { setTimer } = createTimers(clock)
  const state = gatewayState(configuration([endpointConfig(1), endpointConfig(2)]), clock.now)
  const onChange = (): void => undefined
  return {
    state,
    poisonRequests: createPoisonRequests(clock.now),
    breakingRequests: createBreakingRequests(clock.now),
    objectPins: createObjectPins({ stored: [], maxPins: 100, lifetimeMs: 86_400_000, now: clock.now }),
    cache: createResponseCache(clock.now, { maxEntries: 100, maxBytes: 1e6, ttlS: 60 }),
    modelCatalog: createModelCatalog({
      state,
      clock: clock.now,
      setTimer,
      now: clock.now,
      refreshMs: 0,
      fetchModels: () => Promise.resolve(undefined),
      onChange,
    }),
    missingRoutes: createMissingRoutes({ state, setTimer, onChange }),
    placer: createPlacer({ clock: clock.now, endpoints: () => 2 }),
    applySums: () => undefined,
  } satisfies SharedParts
}

type Parts = Pick<SharedParts, 'poisonRequests' | 'breakingRequests' | 'objectPins' | 'cache'>

/** Two processes, each of which applies what the other publishes, and one that does everything. */
function start() {
  const clock = manualClock()
  const records: SharedRecord[] = []
  const locals = [createParts(clock), createParts(clock)]
  const shared = locals.map((local, from): Parts => {
    const publish = (record: SharedRecord): void => {
      records.push(record)
      const told = structuredClone(record)
      for (const [to, other] of locals.entries()) if (to !== from) applyRecord(other, told)
    }
    return {
      poisonRequests: sharePoisonRequests(local.poisonRequests, publish),
      breakingRequests: shareBreakingRequests(local.breakingRequests, publish),
      objectPins: shareObjectPins(local.objectPins, publish),
      cache: shareResponseCache(local.cache, publish),
    }
  })
  return { clock, records, locals, shared, single: createParts(clock) }
}

const keyOf = (name: string) => ({ blockId: 1, objectId: name })
const bodyOf = (name: string, value: number) => new Uint8Array(Buffer.from(`x${name}${value}`)).subarray(1)

/** Each is done by one process; its result is what the caller sees. */
const operations: Record<string, (parts: Parts, name: string, value: number) => unknown> = {
  suspect: ({ poisonRequests }, name) => poisonRequests.suspect(name),
  markPoison: ({ poisonRequests }, name) => poisonRequests.markPoison(name),
  clearPoison: ({ poisonRequests }, name) => poisonRequests.clear(() => name),
  break: ({ breakingRequests }, name, value) =>
    breakingRequests.record(name, { endpointId: 1 + (value % 2), lastSuccessMs: -Infinity }),
  clearBreak: ({ breakingRequests }, name) => breakingRequests.clear(() => name),
  pin: ({ objectPins }, name, value) => objectPins.add(keyOf(name), value),
  awaitUsage: ({ objectPins }, name, value) =>
    objectPins.awaitUsage(keyOf(name), { promptTokens: value, completionTokens: 1 }),
  unpin: ({ objectPins }, name) => objectPins.remove(keyOf(name)),
  cache: ({ cache }, name, value) =>
    cache.set(name, { body: bodyOf(name, value), contentType: 'text/plain' }),
}
const names = ['a', 'b']

const view = ({ poisonRequests, breakingRequests, objectPins, cache }: Parts) =>
  names.map((name) => {
    const cached = cache.get(name)
    return {
      isPoison: poisonRequests.isPoison(() => name),
      isRefused: breakingRequests.isRefused(() => name),
      pin: objectPins.find(keyOf(name)),
      awaited: objectPins.all().find(({ objectId }) => objectId === name)?.countedSoFar,
      cached: cached && [Buffer.from(cached.body).toString(), cached.contentType],
    }
  })

describe('processes that tell each other what they learn', () => {
  it('behave as one', () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          by: fc.nat(1),
          operation: fc.constantFrom(...Object.keys(operations)),
          name: fc.constantFrom(...names),
          value: fc.integer({ min: 1, max: 4 }),
        }),
      },
      fc.constantFrom(1, 150_000, 200_000),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, shared, single } = start()
        for (const each of steps) {
          if (typeof each === 'number') clock.advance(each)
          else {
            const { by, operation, name, value } = each
            const run = operations[operation]
            const own = shared[by]
            if (run && own) expect(run(own, name, value)).toEqual(run(single, name, value))
          }
          for (const one of shared) expect(view(one)).toEqual(view(single))
        }
      }),
      { numRuns: 50 },
    )
  })

  it('remember a request that is suspected again for as long as one process would', () => {
    const { clock, shared, single } = start()
    for (const by of [0, 0, 1]) {
      const own = shared[by] as Parts
      expect(own.poisonRequests.suspect('a')).toBe(single.poisonRequests.suspect('a'))
      clock.advance(200_000)
    }
  })

  it('compute no digest where there is nothing to clear, and publish nothing then', () => {
    const { shared, records } = start()
    const digest = (): string => {
      throw new Error('computed')
    }
    shared[0]?.poisonRequests.clear(digest)
    shared[0]?.breakingRequests.clear(digest)
    expect(records).toEqual([])
  })

  it('publish each change once: what is applied is not told again', () => {
    const { shared, records } = start()
    for (const run of Object.values(operations)) run(shared[0] as Parts, 'a', 1)
    const types = records.map(({ type }) => type)
    expect(new Set(types).size).toBe(types.length)
    expect(types.length).toBe(Object.keys(operations).length)
  })

  it('know what an endpoint lacks, and which prompts it holds', () => {
    const { locals } = start()
    const [one] = locals
    if (one === undefined) throw new Error('none')
    const endpoint = one.state.endpoint(1)
    applyRecord(one, { type: 'lacks route', endpointId: 1, path: '/v1/rerank' })
    applyRecord(one, { type: 'lacks model', endpointId: 1, model: 'm' })
    expect([endpoint.missingRoutes.has('/v1/rerank'), endpoint.lacked.has('m')]).toEqual([true, true])
    applyRecord(one, { type: 'has route', endpointId: 1, path: '/v1/rerank' })
    expect(endpoint.missingRoutes.has('/v1/rerank')).toBe(false)
    const blocks = Int32Array.from([1, -2, 2_000_000_000]).subarray(1)
    applyRecord(one, { type: 'prompt', endpointId: 1, blocks: encodeBlocks(blocks) })
    // As in a process that has sent the prompt itself.
    const other = one.state.endpoint(2)
    expect(other.prefix.depth(blocks)).toBe(0)
    one.placer.noteHeld(other, blocks)
    expect(other.prefix.depth(blocks)).toBeGreaterThan(0)
    expect(endpoint.prefix.depth(blocks)).toBe(other.prefix.depth(blocks))
  })

  it('tell one that joins of all pins, and of usage that is not counted yet', () => {
    const { locals, shared, single } = start()
    operations['pin']?.(shared[0] as Parts, 'a', 1)
    operations['pin']?.(shared[1] as Parts, 'b', 2)
    operations['awaitUsage']?.(shared[1] as Parts, 'b', 7)
    const [one] = locals
    for (const record of pinRecords(one?.objectPins.all() ?? [])) applyRecord(single, record)
    expect(single.objectPins.all()).toEqual(one?.objectPins.all())
    expect(single.objectPins.takeAwaited(keyOf('b'))).toEqual({ promptTokens: 7, completionTokens: 1 })
  })

  it('ignore what others tell of an endpoint that has been removed before they were started', () => {
    const { locals } = start()
    const [one] = locals
    const records: SharedRecord[] = [
      { type: 'lacks model', endpointId: 9, model: 'm' },
      { type: 'lacks route', endpointId: 9, path: '/v1/rerank' },
      { type: 'has route', endpointId: 9, path: '/v1/rerank' },
      { type: 'prompt', endpointId: 9, blocks: encodeBlocks(Int32Array.from([1])) },
    ]
    for (const record of records) expect(() => applyRecord(one as SharedParts, record)).not.toThrow()
  })
})
