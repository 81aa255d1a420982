// The slots of endpoints over several workers: what holds in any order of requests, messages, faults and changes.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effort } from '../../support/effort.ts'
import { createWorld, type Worker, type World } from '../../support/grants/grants-world.ts'

const ENDPOINTS = 2
const at = fc.nat(1_000)
/** The second shows that endpoints do not touch each other. */
const endpoint = fc.constantFrom(1, 1, 1, 2)
const command = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('submit' as const), at, endpoint }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('finish' as const), at, index: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), at, endpoint }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('flush' as const), at }) },
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      at: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, at),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), at }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('lose' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resync' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), endpoint, limit: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), endpoint }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('probe' as const), endpoint, isProbing: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rotate' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('recheck' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('miss' as const), at, endpoint }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('owe' as const), at, endpoint, isOwed: fc.boolean() }),
  },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

const MAX_WORKERS = 8
const setting = fc.record({
  limits: fc.array(fc.nat(9), { minLength: ENDPOINTS, maxLength: ENDPOINTS }),
  workers: fc.constantFrom(1, 2, 2, 3, MAX_WORKERS),
})

function start({ limits, workers }: { limits: readonly number[]; workers: number }): World {
  const world = createWorld(limits)
  for (let count = 0; count < workers; count += 1) world.join()
  return world
}

function perform(world: World, each: Command): void {
  const workers = world.workers()
  const worker = 'at' in each ? workers[each.at % Math.max(1, workers.length)] : undefined
  switch (each.kind) {
    case 'deliver':
      return world.deliver(each.at)
    case 'repeat':
      return world.repeat(each.at)
    case 'lose':
      return world.lose(each.at)
    case 'resync':
      return world.resync()
    case 'rotate':
      return world.primary.rotate()
    case 'limit':
      return world.setLimit(each.endpoint, each.limit)
    case 'remove':
      return world.removeEndpoint(each.endpoint)
    case 'probe':
      return world.setProbe(each.endpoint, each.isProbing)
    case 'join':
      if (workers.length < MAX_WORKERS) world.join()
      return
    case 'submit':
      return worker && world.submit(worker, each.endpoint)
    case 'cancel':
      return worker && world.cancel(worker, each.endpoint)
    case 'finish':
      return worker && world.finish(worker, each.index)
    case 'flush':
      return worker && world.flush(worker)
    case 'miss':
      return worker?.slots.miss(each.endpoint)
    case 'owe':
      return void (each.isOwed ? worker?.owed.add(each.endpoint) : worker?.owed.delete(each.endpoint))
    case 'recheck':
      return worker?.slots.recheck()
    case 'crash':
      return worker && world.crash(worker)
  }
}

/** Performs the commands. At every moment the slots that are held fit the limit, or do not grow, and probes are one. */
function performAll(world: World, commands: readonly Command[]): void {
  for (const each of commands) {
    const before = world.endpointIds.map((id) => world.held(id))
    perform(world, each)
    for (const [index, id] of world.endpointIds.entries()) {
      expect(world.held(id)).toBeLessThanOrEqual(Math.max(world.limit(id), before[index] ?? 0))
      expect(world.probes(id)).toBeLessThanOrEqual(1)
      expect(world.probeRoom(id)).toBeLessThanOrEqual(1)
    }
  }
}

/** Ends all faults. */
function recover(world: World): void {
  world.resync()
  world.settle()
  // What was lost before may have been a report that a repeated grant calls for.
  world.resync()
  world.settle()
}

const sequence = fc.array(command, { maxLength: 300, size: 'max' })

describe('the slots of endpoints over several workers', () => {
  it('never exceed the limit, with one probe in all, in any order of late, lost and repeated messages and crashes', () => {
    fc.assert(
      fc.property(setting, sequence, (drawn, commands) => performAll(start(drawn), commands)),
      { numRuns: effort(400, 100) },
    )
  })

  it('are all used while requests wait, whatever happened before, once messages are delivered', () => {
    fc.assert(
      fc.property(setting, sequence, (drawn, commands) => {
        const world = start(drawn)
        performAll(world, commands)
        recover(world)
        for (const id of world.endpointIds) {
          if (world.isProbing(id)) world.setProbe(id, false)
          world.settle()
          const isIdle = world.waiting(id) === 0
          expect(isIdle || world.workers().length === 0 || world.inflight(id) >= world.limit(id)).toBe(true)
        }
      }),
      { numRuns: effort(400, 100) },
    )
  })

  it('are all at the one worker that needs them, whatever happened before', () => {
    fc.assert(
      fc.property(setting, sequence, at, (drawn, commands, picked) => {
        const world = start(drawn)
        performAll(world, commands)
        const worker = world.workers()[picked % Math.max(1, world.workers().length)] ?? world.join()
        for (const id of world.endpointIds) world.setProbe(id, false)
        recover(world)
        // All requests end, and those that waited are served, in turn.
        for (let round = 0; world.endpointIds.some((id) => world.inflight(id) > 0); round += 1) {
          expect(round).toBeLessThan(commands.length)
          for (const each of world.workers()) world.finishAll(each)
          world.settle()
        }
        for (const id of world.endpointIds) {
          if (world.limit(id) === 0) continue
          expect(world.waiting(id)).toBe(0)
          for (let count = 0; count < 20; count += 1) world.submit(worker, id)
          world.settle()
          expect(worker.endpoints.get(id)?.inflight).toBe(world.limit(id))
        }
      }),
      { numRuns: effort(400, 100) },
    )
  })
})

/** Keeps requests waiting at each of the workers. */
function fill(world: World, workers: readonly Worker[], id = 1): void {
  for (const worker of workers) while (world.waitingOf(worker, id) < 25) world.submit(worker, id)
}

describe('workers with requests that wait for the same endpoint', () => {
  it('are all served, as often as each other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 4 }),
        (limit, count, idle) => {
          const world = start({ limits: [limit], workers: count + idle })
          world.settle()
          const workers = world.workers().slice(idle)
          const served = () => workers.map((worker) => worker.served.get(1) ?? 0)
          fill(world, workers)
          world.settle()
          const ROUNDS = 40
          let since = workers.map(() => 0)
          for (let round = 0; round < ROUNDS; round += 1) {
            const before = served()
            for (const worker of workers) world.finishAll(worker)
            fill(world, workers)
            world.settle()
            expect(world.inflight(1)).toBe(limit)
            world.primary.rotate()
            world.settle()
            since = served().map((now, index) => (now > (before[index] ?? 0) ? 0 : (since[index] ?? 0) + 1))
            expect(Math.max(...since)).toBeLessThanOrEqual(Math.ceil(count / limit))
          }
          const fair = (ROUNDS * limit) / count
          expect(Math.min(...served())).toBeGreaterThan(0.8 * fair - 3)
          expect(Math.max(...served())).toBeLessThan(1.2 * fair + 3 + limit)
        },
      ),
      { numRuns: effort(150, 40) },
    )
  })
})

describe('a worker with requests of clients that have had less than they are guaranteed', () => {
  it('gets the slots that it needs before others, until they have had it', () => {
    const world = start({ limits: [8], workers: 2 })
    world.settle()
    const [owed, other] = world.workers() as [Worker, Worker]
    const serve = (): void => {
      for (const worker of [owed, other]) {
        world.finishAll(worker)
        worker.slots.recheck()
      }
      world.settle()
    }
    const inflight = () => [owed, other].map(({ endpoints }) => endpoints.get(1)?.inflight)
    for (let count = 0; count < 60; count += 1) for (const each of [owed, other]) world.submit(each, 1)
    world.settle()
    expect(inflight()).toEqual([4, 4])
    owed.owed.add(1)
    for (let round = 0; round < 3; round += 1) serve()
    expect(inflight()).toEqual([8, 0])
    owed.owed.delete(1)
    for (let round = 0; round < 3; round += 1) serve()
    expect(inflight()).toEqual([4, 4])
  })

  it('gets all of them where there are fewer than workers, which take turns otherwise', () => {
    const world = start({ limits: [2], workers: 3 })
    world.settle()
    const workers = world.workers()
    const owed = workers[0] as Worker
    const serve = (): void => {
      for (const worker of workers) {
        world.finishAll(worker)
        worker.slots.recheck()
      }
      world.settle()
    }
    const shareOfOwed = (): number => {
      let own = 0
      for (let round = 0; round < 10; round += 1) {
        serve()
        own += owed.endpoints.get(1)?.inflight ?? 0
      }
      return own
    }
    for (let count = 0; count < 90; count += 1) for (const each of workers) world.submit(each, 1)
    world.settle()
    owed.owed.add(1)
    for (let round = 0; round < 3; round += 1) serve()
    expect(shareOfOwed()).toBe(20)
    owed.owed.delete(1)
    for (let round = 0; round < 3; round += 1) serve()
    expect(shareOfOwed()).toBeLessThanOrEqual(10)
  })
})

describe('the slots of an endpoint', () => {
  it('are divided equally at the start, and again for a worker that joins', () => {
    const world = start({ limits: [10], workers: 3 })
    world.settle()
    const capacities = () => world.workers().map(({ endpoints }) => endpoints.get(1)?.capacity)
    expect(capacities()).toEqual([4, 3, 3])
    world.join()
    world.settle()
    expect(capacities()?.sort()).toEqual([2, 2, 3, 3])
  })

  it('are used without a message while each worker has enough', () => {
    const world = start({ limits: [16], workers: 4 })
    world.settle()
    const before = world.messages()
    for (let round = 0; round < 10; round += 1) {
      for (const worker of world.workers()) for (let count = 0; count < 4; count += 1) world.submit(worker, 1)
      world.settle()
      expect(world.inflight(1)).toBe(16)
      for (const worker of world.workers()) world.finishAll(worker)
      world.settle()
    }
    expect(world.messages()).toBe(before)
  })

  it('are all at a worker that needs them after three exchanges, and stay there', () => {
    const world = start({ limits: [64], workers: 8 })
    world.settle()
    const [worker] = world.workers() as [Worker]
    const before = world.messages()
    for (let count = 0; count < 64; count += 1) world.submit(worker, 1)
    world.settle()
    expect(world.inflight(1)).toBe(64)
    expect(world.messages() - before).toBeLessThan(40)
    const settled = world.messages()
    world.finishAll(worker)
    for (let count = 0; count < 64; count += 1) world.submit(worker, 1)
    world.settle()
    expect(world.messages()).toBe(settled)
  })

  it('go to each of eight workers in turn where there is one only', () => {
    const world = start({ limits: [1], workers: 8 })
    world.settle()
    for (const worker of world.workers()) world.submit(worker, 1)
    for (let round = 1; round <= 8; round += 1) {
      world.settle()
      expect(world.inflight(1)).toBe(1)
      expect(world.workers().filter(({ served }) => served.get(1) === 1)).toHaveLength(round)
      for (const worker of world.workers()) world.finishAll(worker)
    }
  })

  it('are free at once when the worker that held them has ended', () => {
    const world = start({ limits: [2], workers: 2 })
    world.settle()
    const [first, second] = world.workers() as [Worker, Worker]
    for (let count = 0; count < 2; count += 1) world.submit(first, 1)
    world.settle()
    for (let count = 0; count < 2; count += 1) world.submit(second, 1)
    world.settle()
    expect(second.running).toHaveLength(0)
    world.crash(first)
    world.settle()
    expect(second.running).toHaveLength(2)
  })

  it('are not passed to and fro between workers that cannot use them', () => {
    const world = start({ limits: [1], workers: 3 })
    world.settle()
    // The queue counts requests that wait for something else.
    for (const { slots } of world.workers()) slots.setWaiting(1, 5)
    expect(world.settle()).toBeLessThan(40)
  })

  it('go to a worker whose requests went elsewhere for want of one', () => {
    const world = start({ limits: [1], workers: 2 })
    world.settle()
    const [, second] = world.workers() as [Worker, Worker]
    expect(second.endpoints.get(1)?.capacity).toBe(0)
    second.slots.miss(1)
    world.settle()
    expect(second.endpoints.get(1)?.capacity).toBe(1)
  })
})

it('a lower limit holds though it is not known yet that a request has ended', () => {
  const world = start({ limits: [4], workers: 2 })
  world.settle()
  const [first, second] = world.workers() as [Worker, Worker]
  for (let count = 0; count < 2; count += 1) world.submit(first, 1)
  world.setLimit(1, 0)
  // The first confirms, with two requests in flight. The second is not heard of.
  world.deliver(0)
  world.flush(first)
  world.deliver(1)
  for (let count = 0; count < 2; count += 1) world.finish(first, 0)
  for (let count = 0; count < 2; count += 1) world.submit(second, 1)
  world.setLimit(1, 2)
  expect(world.held(1)).toBe(2)
})

describe('a worker without waiting requests', () => {
  it('keeps half of its slots for its next requests while it uses more', () => {
    const world = start({ limits: [20], workers: 2 })
    world.settle()
    const [first, second] = world.workers() as [Worker, Worker]
    for (let count = 0; count < 10; count += 1) world.submit(second, 1)
    for (let count = 0; count < 13; count += 1) world.submit(first, 1)
    world.settle()
    expect(second.endpoints.get(1)).toMatchObject({ capacity: 5, inflight: 10 })
    for (let count = 0; count < 3; count += 1) world.finish(second, 0)
    world.settle()
    expect(first.endpoints.get(1)?.inflight).toBe(13)
  })
})

describe('an endpoint that is probed', () => {
  const room = (world: World): number[] =>
    world.workers().map(({ endpoints }) => {
      const { capacity = 0, inflight = 0 } = endpoints.get(1) ?? {}
      return Math.max(0, capacity - inflight)
    })

  it('has room for one request at one worker, and at another after each rotation', () => {
    const world = start({ limits: [9], workers: 3 })
    world.settle()
    world.setProbe(1, true)
    const had = new Set<number>()
    for (let round = 0; round < 3; round += 1) {
      world.settle()
      expect(room(world).sort()).toEqual([0, 0, 1])
      had.add(room(world).indexOf(1))
      world.primary.rotate()
    }
    expect([...had].sort()).toEqual([0, 1, 2])
  })

  it.each([
    ['before it was removed', true],
    ['while it was away', false],
  ])('has room for one request still where it comes back and began to be probed %s', (_when, isBefore) => {
    const world = start({ limits: [9], workers: 3 })
    world.settle()
    if (isBefore) world.setProbe(1, true)
    world.settle()
    world.removeEndpoint(1)
    world.settle()
    if (!isBefore) world.setProbe(1, true)
    expect(room(world)).toEqual([0, 0, 0])
    world.setLimit(1, 9)
    world.settle()
    expect(room(world).sort()).toEqual([0, 0, 1])
    world.setProbe(1, false)
    world.settle()
    expect(room(world)).toEqual([3, 3, 3])
  })

  it('is probed by the worker that waits, once, until the probe has ended', () => {
    const world = start({ limits: [9], workers: 3 })
    world.settle()
    world.setProbe(1, true)
    world.settle()
    const waiting = world.workers().filter((_, index) => room(world)[index] === 0) as [Worker, Worker]
    for (const worker of waiting) for (let count = 0; count < 2; count += 1) world.submit(worker, 1)
    world.settle()
    for (let round = 1; round <= 4; round += 1) {
      for (let turn = 0; turn < 3; turn += 1) {
        world.primary.rotate()
        world.settle()
      }
      expect(world.inflight(1)).toBe(1)
      expect(waiting.reduce((sum, { served }) => sum + (served.get(1) ?? 0), 0)).toBe(round)
      for (const worker of waiting) world.finishAll(worker)
      world.settle()
    }
  })

  it('has room for one request still when requests from before have ended', () => {
    const world = start({ limits: [6], workers: 1 })
    world.settle()
    const [worker] = world.workers() as [Worker]
    for (let count = 0; count < 4; count += 1) world.submit(worker, 1)
    world.setProbe(1, true)
    world.flush(worker)
    world.deliver(0)
    world.flush(worker)
    world.deliver(0)
    // The grant is on its way.
    expect(room(world)).toEqual([0])
    for (let count = 0; count < 2; count += 1) world.finish(worker, 0)
    world.settle()
    expect(room(world)).toEqual([1])
    for (let count = 0; count < 2; count += 1) world.finish(worker, 0)
    expect(room(world)).toEqual([1])
    for (let count = 0; count < 3; count += 1) world.submit(worker, 1)
    world.settle()
    expect(world.inflight(1)).toBe(1)
  })

  it('gets no second probe where the first began while its slot was being withdrawn', () => {
    const world = start({ limits: [2], workers: 2 })
    world.settle()
    world.setProbe(1, true)
    world.settle()
    const holder = world.workers()[room(world).indexOf(1)] as Worker
    const other = world.workers()[room(world).indexOf(0)] as Worker
    world.primary.rotate()
    world.submit(holder, 1)
    world.submit(other, 1)
    world.flush(other)
    // The primary hears of the request that waits before the withdrawal is confirmed.
    world.deliver(1)
    world.settle()
    expect([holder.running.length, other.running.length]).toEqual([1, 0])
    world.finish(holder, 0)
    world.settle()
    expect(other.running).toHaveLength(1)
  })

  it('gets another probe on demand though requests from before hang, and all its slots when the probes end', () => {
    const world = start({ limits: [6], workers: 2 })
    world.settle()
    const [first] = world.workers() as [Worker]
    for (let count = 0; count < 2; count += 1) world.submit(first, 1)
    world.setProbe(1, true)
    world.settle()
    for (let count = 0; count < 4; count += 1) world.submit(first, 1)
    world.primary.rotate()
    world.settle()
    expect(world.inflight(1)).toBe(3)
    // Which of the three has ended is not known to the primary.
    world.finish(first, 2)
    world.settle()
    expect(world.inflight(1)).toBe(2)
    world.primary.setProbe(1, true)
    world.settle()
    expect(world.inflight(1)).toBe(3)
    world.setProbe(1, false)
    world.settle()
    expect(world.inflight(1)).toBe(5)
  })
})
