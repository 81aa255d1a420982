// Keeps the books of all workers: each lease that a worker takes is taken here too, by the code that a single process runs.
import type { BreakerPolicy } from '../../core/lease/breaker.ts'
import type { Clock } from '../../core/clock.ts'
import { createLease, type Lease, type LeaseHooks } from '../../core/lease/lease.ts'
import type { Placer } from '../../core/placement/placer.ts'
import type { Prompt } from '../../core/placement/prefix/prompt.ts'
import { placementOf } from '../../core/routing/policies/policy-of.ts'
import type { RoutingRequest } from '../../core/routing/routing-request.ts'
import type { TokenEstimate } from '../../core/routing/token-estimate.ts'
import { findWire } from '../../core/routing/candidate-set.ts'
import { newWire, type EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { PinKey } from '../../core/pins/object-pins.ts'
import type { Settlement } from '../../core/lease/settlement.ts'
import type { LeasedRequest, WorkerMessage } from '../messages.ts'
import { decodeBlocks } from '../prompt-blocks.ts'

type LeaseMessage = Extract<WorkerMessage, { readonly lease: number }>

/** By number of the lease. */
interface WorkerLeases {
  readonly open: Map<number, Lease>
  /** Settled, with a failure that is not counted so far. */
  readonly withheld: Map<number, Lease>
}

export interface ReplayedLeases {
  /** @returns the endpoint that the message concerns; undefined where its lease is not known. */
  apply(workerId: number, message: LeaseMessage): EndpointRuntime | undefined
  /** The number of open leases of a worker. */
  openOf(workerId: number): number
  /** Settles the leases of a worker that has ended. @returns their number. */
  removeWorker(workerId: number): number
}

interface ReplayOptions {
  readonly state: GatewayState
  readonly clock: Clock
  readonly policy: BreakerPolicy
  readonly estimate: TokenEstimate
  readonly placer: Placer
  /** @returns whether the usage of the object was not counted before; from now on it is. */
  readonly takeAwaited: (key: PinKey) => boolean
}

/** Failures that may be counted later; the oldest is forgotten beyond it. */
const MAX_WITHHELD = 1_000
const NO_BLOCKS = new Int32Array(0)
const NO_USAGE = {
  promptTokens: undefined,
  completionTokens: undefined,
  cachedTokens: undefined,
  reasoningTokens: undefined,
}
/** The settlement of a request whose worker has ended. */
const LOST: Settlement = {
  outcome: 'aborted',
  promptTokens: undefined,
  completionTokens: undefined,
  deltas: 0,
  latencyMs: 0,
}
/** A worker keeps the order of its own requests: none waits here. */
const hooks: LeaseHooks = { onCharge: () => undefined, onRoom: () => undefined, onScopes: () => undefined }

function promptOf({ promptBytes, promptBlocks }: LeasedRequest): Prompt | undefined {
  if (promptBytes === undefined) return undefined
  const blocks = promptBlocks === undefined ? NO_BLOCKS : decodeBlocks(promptBlocks)
  return { bytes: promptBytes, blocks: () => blocks }
}

/** Another worker may have reported the usage of the object before this one was told. */
const countedOnce = (result: Settlement, { takeAwaited }: ReplayOptions): Settlement =>
  result.countsOnce === undefined || takeAwaited(result.countsOnce) ? result : { ...result, ...NO_USAGE }

export function createReplayedLeases(options: ReplayOptions): ReplayedLeases {
  const { state, placer } = options
  const leaseContext = { ...options, hooks }
  const byWorker = new Map<number, WorkerLeases>()

  const routingOf = (leased: LeasedRequest): RoutingRequest => {
    const { tokenById, aliasById } = state.snapshot()
    const { tokenId, aliasId, client, endpointId, session, measure, stream } = leased
    // Member by member: copying all others with a spread takes longer than the rest of this.
    return {
      blockId: leased.blockId,
      token: tokenId === null ? null : (tokenById.get(tokenId) ?? null),
      client,
      api: leased.api,
      path: leased.path,
      model: leased.model,
      alias: aliasId === undefined ? undefined : aliasById.get(aliasId),
      targets: undefined,
      needsRoute: false,
      endpointId,
      objectId: undefined,
      measure,
      stream,
      maxTokens: leased.maxTokens,
      prompt: promptOf(leased),
      session,
    }
  }

  const begin = (endpoint: EndpointRuntime, leased: LeasedRequest): Lease => {
    const request = routingOf(leased)
    const wire = findWire(state.wires(request.blockId), endpoint.config.id) ?? newWire(endpoint)
    const placed = placer.place(wire, request, placementOf(state.snapshot(), request))
    return createLease(leaseContext, request, endpoint, placed)
  }

  const leasesOf = (workerId: number): WorkerLeases => {
    const known = byWorker.get(workerId)
    if (known !== undefined) return known
    const leases = { open: new Map<number, Lease>(), withheld: new Map<number, Lease>() }
    byWorker.set(workerId, leases)
    return leases
  }

  const settle = ({ open, withheld }: WorkerLeases, id: number, lease: Lease, result: Settlement): void => {
    lease.settle(countedOnce(result, options))
    open.delete(id)
    if (!result.withheld) return
    withheld.set(id, lease)
    const [oldest] = withheld.keys()
    if (withheld.size > MAX_WITHHELD && oldest !== undefined) withheld.delete(oldest)
  }

  return {
    apply(workerId, message) {
      const leases = leasesOf(workerId)
      const { lease: id } = message
      if (message.type === 'begin') {
        const endpoint = state.endpoint(message.endpointId)
        leases.open.set(id, begin(endpoint, message.request))
        return endpoint
      }
      const lease = leases.open.get(id) ?? leases.withheld.get(id)
      if (lease === undefined) return undefined
      if (message.type === 'received') lease.received()
      else if (message.type === 'responded') lease.responded()
      else if (message.type === 'unwatch') lease.unwatch()
      else if (message.type === 'settle') settle(leases, id, lease, message.result)
      else {
        lease.countFailure()
        leases.withheld.delete(id)
      }
      return lease.endpoint
    },
    openOf: (workerId) => byWorker.get(workerId)?.open.size ?? 0,
    removeWorker(workerId) {
      const open = byWorker.get(workerId)?.open
      byWorker.delete(workerId)
      for (const lease of open?.values() ?? []) {
        // That the worker has ended says nothing of the endpoint.
        lease.unwatch()
        lease.settle(LOST)
      }
      return open?.size ?? 0
    },
  }
}
