// A primary process and its workers, with all messages between them in the hands of the test.
import { createGrantedSlots, type GrantedSlots } from '../../../src/core/shared/granted-slots.ts'
import { createSlotGrants } from '../../../src/core/shared/slot-grants.ts'
import type { SlotGrant, SlotReport } from '../../../src/core/shared/slot-messages.ts'
import { isFull, type EndpointSlots } from '../../../src/core/shared/slots.ts'

interface Request {
  readonly endpointId: number
  /** Whether it was admitted while one probe at a time was allowed. */
  readonly isProbe: boolean
}

export interface Worker {
  readonly id: number
  readonly slots: GrantedSlots
  readonly endpoints: ReadonlyMap<number, EndpointSlots>
  readonly running: Request[]
  /** Number of requests that wait, by endpoint. */
  readonly waiting: Map<number, number>
  /** Number of requests that were admitted, by endpoint. */
  readonly served: Map<number, number>
  /** Endpoints that one of its waiting requests is guaranteed a share of. */
  readonly owed: Set<number>
  readonly deferred: (() => void)[]
  /** The last grant sent to it, by endpoint, and the last that it has been handed. */
  readonly sent: Map<number, SlotGrant>
  readonly handed: Map<number, number>
}

type Message =
  | { readonly to: 'primary'; readonly worker: Worker; readonly report: SlotReport }
  | { readonly to: 'worker'; readonly worker: Worker; readonly grant: SlotGrant }

export type World = ReturnType<typeof createWorld>

export function createWorld(limits: readonly number[]) {
  const workers = new Map<number, Worker>()
  const limitOf = new Map(limits.map((limit, index) => [index + 1, limit]))
  const probing = new Set<number>()
  /** Endpoints with a single grant since the probe mode began. */
  const probed = new Set<number>()
  let network: Message[] = []
  let lastWorker = 0
  let messages = 0

  const primary = createSlotGrants((holderId, grant) => {
    const worker = workers.get(holderId)
    if (!worker) throw new Error(`a grant for worker ${holderId}, which has left`)
    const isRepeated = worker.sent.get(grant.endpointId)?.seq === grant.seq
    if (probing.has(grant.endpointId) && grant.isSingle && !isRepeated) probed.add(grant.endpointId)
    worker.sent.set(grant.endpointId, grant)
    messages += 1
    network.push({ to: 'worker', worker, grant })
  })
  for (const [endpointId, limit] of limitOf) primary.setLimit(endpointId, limit)

  const slotsOf = (worker: Worker, endpointId: number): EndpointSlots =>
    worker.endpoints.get(endpointId) as EndpointSlots

  const setWaiting = (worker: Worker, endpointId: number, waiting: number): void => {
    worker.waiting.set(endpointId, waiting)
    worker.slots.setWaiting(endpointId, waiting)
  }
  const waitingOf = (worker: Worker, endpointId: number): number => worker.waiting.get(endpointId) ?? 0

  const admit = (worker: Worker, endpointId: number): void => {
    worker.slots.take(slotsOf(worker, endpointId))
    worker.running.push({ endpointId, isProbe: probed.has(endpointId) })
    worker.served.set(endpointId, (worker.served.get(endpointId) ?? 0) + 1)
  }
  const serve = (worker: Worker, endpointId: number): void => {
    while (waitingOf(worker, endpointId) > 0 && !isFull(slotsOf(worker, endpointId))) {
      setWaiting(worker, endpointId, waitingOf(worker, endpointId) - 1)
      admit(worker, endpointId)
    }
  }

  const finish = (worker: Worker, index: number): void => {
    const [request] = worker.running.splice(index, 1)
    if (!request) return
    worker.slots.release(slotsOf(worker, request.endpointId))
    serve(worker, request.endpointId)
  }

  const join = (): Worker => {
    const deferred: (() => void)[] = []
    const owed = new Set<number>()
    const worker: Worker = {
      id: (lastWorker += 1),
      endpoints: new Map([...limitOf.keys()].map((id) => [id, { config: { id }, capacity: 0, inflight: 0 }])),
      slots: createGrantedSlots({
        report(report) {
          messages += 1
          network.push({ to: 'primary', worker, report })
        },
        onRoom: (endpointId) => serve(worker, endpointId),
        isOwed: (endpointId) => owed.has(endpointId),
        defer: (callback) => void deferred.push(callback),
      }),
      running: [],
      waiting: new Map(),
      served: new Map(),
      owed,
      deferred,
      sent: new Map(),
      handed: new Map(),
    }
    workers.set(worker.id, worker)
    for (const slots of worker.endpoints.values()) worker.slots.setLimit(slots, Infinity)
    primary.addHolder(worker.id)
    return worker
  }

  const hand = (message: Message): void => {
    const { worker } = message
    if (message.to === 'primary') return primary.report(worker.id, message.report)
    if (!workers.has(worker.id)) return
    const { endpointId, seq } = message.grant
    worker.handed.set(endpointId, Math.max(seq, worker.handed.get(endpointId) ?? 0))
    worker.slots.grant(message.grant)
  }

  const forgetProbes = (endpointId: number): void => {
    probed.delete(endpointId)
    for (const { running } of workers.values())
      for (const [index, each] of running.entries())
        if (each.endpointId === endpointId) running[index] = { endpointId, isProbe: false }
  }

  const flush = (worker: Worker): void => {
    for (const callback of worker.deferred.splice(0)) callback()
  }

  const world = {
    primary,
    workers: () => [...workers.values()],
    limit: (endpointId: number) => limitOf.get(endpointId) ?? 0,
    endpointIds: [...limitOf.keys()],
    isProbing: (endpointId: number) => probing.has(endpointId),
    messages: () => messages,
    waitingOf,
    join,
    crash(worker: Worker): void {
      workers.delete(worker.id)
      primary.removeHolder(worker.id)
    },
    submit(worker: Worker, endpointId: number): void {
      if (waitingOf(worker, endpointId) === 0 && !isFull(slotsOf(worker, endpointId)))
        admit(worker, endpointId)
      else setWaiting(worker, endpointId, waitingOf(worker, endpointId) + 1)
    },
    cancel(worker: Worker, endpointId: number): void {
      if (waitingOf(worker, endpointId) > 0) setWaiting(worker, endpointId, waitingOf(worker, endpointId) - 1)
    },
    finish,
    /** Ends the requests that run now, not those that are admitted as they end. */
    finishAll(worker: Worker): void {
      for (let count = worker.running.length; count > 0; count -= 1) finish(worker, 0)
    },
    setLimit(endpointId: number, limit: number): void {
      limitOf.set(endpointId, limit)
      primary.setLimit(endpointId, limit)
    },
    removeEndpoint(endpointId: number): void {
      limitOf.set(endpointId, 0)
      forgetProbes(endpointId)
      primary.removeEndpoint(endpointId)
    },
    setProbe(endpointId: number, isProbing: boolean): void {
      if (probing.has(endpointId) === isProbing) return
      if (isProbing) probing.add(endpointId)
      else probing.delete(endpointId)
      forgetProbes(endpointId)
      primary.setProbe(endpointId, isProbing)
    },
    flush,
    pending: () => network.length,
    /** Hands over one message, out of order where `at` is not 0. */
    deliver(at: number): void {
      const [message] = network.splice(at % Math.max(1, network.length), 1)
      if (message) hand(message)
    },
    repeat(at: number): void {
      const message = network[at % Math.max(1, network.length)]
      if (message) network.push(message)
    },
    lose: (at: number) => void network.splice(at % Math.max(1, network.length), 1),
    resync(): void {
      primary.resync()
      for (const { slots } of workers.values()) slots.resync()
    },
    /** Hands over all messages, and those that follow. @returns how many there were. */
    settle(most = 10_000): number {
      let handed = 0
      for (;;) {
        for (const worker of workers.values()) flush(worker)
        if (network.length === 0) return handed
        const due = network
        network = []
        for (const message of due) hand(message)
        handed += due.length
        if (handed > most) throw new Error(`more than ${most} messages follow each other`)
      }
    },
    inflight: (endpointId: number): number =>
      world.workers().reduce((sum, worker) => sum + slotsOf(worker, endpointId).inflight, 0),
    waiting: (endpointId: number): number =>
      world.workers().reduce((sum, worker) => sum + waitingOf(worker, endpointId), 0),
    probes: (endpointId: number): number =>
      world
        .workers()
        .flatMap(({ running }) => running)
        .filter((each) => each.endpointId === endpointId && each.isProbe).length,
    /** Free slots at workers while one probe at a time is allowed. */
    probeRoom: (endpointId: number): number =>
      world.workers().reduce((sum, worker) => {
        const { capacity, inflight } = slotsOf(worker, endpointId)
        return sum + (probed.has(endpointId) ? Math.max(0, capacity - inflight) : 0)
      }, 0),
    /** The most slots that workers have taken, or may take before they get another grant than those sent. */
    held: (endpointId: number): number =>
      world.workers().reduce((sum, worker) => {
        const { capacity, inflight } = slotsOf(worker, endpointId)
        const sent = worker.sent.get(endpointId)
        const isHanded = sent === undefined || sent.seq <= (worker.handed.get(endpointId) ?? 0)
        return sum + Math.max(capacity, inflight, isHanded ? 0 : sent.capacity)
      }, 0),
  }
  return world
}
