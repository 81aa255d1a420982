// Forwarded requests over a real admission queue, router and gateway state. A test calls each callback in any order and
// can make the next call of a dependency throw.
import { createHedgeBudget } from '../../../src/core/limits/hedge-budget.ts'
import { createAdmission, type Admission } from '../../../src/core/queue/admission.ts'
import { createGuaranteeLedger } from '../../../src/core/queue/guarantee.ts'
import type { Lease } from '../../../src/core/lease/lease.ts'
import { createBreakingRequests } from '../../../src/core/lease/breaking-requests.ts'
import { createPoisonRequests } from '../../../src/core/lease/poison-requests.ts'
import { createLocalSums } from '../../../src/core/shared/windowed-sums.ts'
import { createRouter, type Router } from '../../../src/core/routing/router.ts'
import type { EndpointRuntime } from '../../../src/core/state/endpoint-runtime.ts'
import { createForward } from '../../../src/proxy/forward/forward.ts'
import { createUpstreamHeaders } from '../../../src/proxy/request/upstream-headers.ts'
import { createRequestRecord } from '../../../src/proxy/forward/request-record.ts'
import { chat } from '../../../src/proxy/apis/chat.ts'
import type { Metrics } from '../../../src/observability/metrics.ts'
import { requestFor } from './closed-loop.ts'
import { configuration, endpointConfig, gatewayState } from './gateway-fixture.ts'
import { createScriptedClient, type ScriptedClient } from './scripted-client.ts'
import { createScriptedPool, type ScriptedAttempt } from './scripted-pool.ts'

const MAX_CONCURRENT = 1
export const TOTAL_TIMEOUT_MS = 1_000
const QUEUE_TIMEOUT_MS = 400
const KEEPALIVE_MS = 150
const FIRST_BYTE_TIMEOUT_S = 0.1

/** Calls that throw once where a test has armed them. */
export const faults = [
  'pools.of',
  'start throws',
  'start reports an error',
  'splice',
  'cacheResponse',
  'log',
  'writeHead',
  'write',
] as const
export type Fault = (typeof faults)[number]

export interface SentRequest {
  readonly client: ScriptedClient
  /** How often its record was reported. */
  reports: number
}

/** A request that waits in the queue. */
interface Waiting {
  readonly tried: readonly EndpointRuntime[]
}

const timer = (callback: () => void, ms: number) => {
  const handle = setTimeout(callback, ms)
  return () => clearTimeout(handle)
}

/** Counts how often each lease is settled. */
function countSettlements(router: Router, settlements: Map<Lease, number>): Router {
  return {
    ...router,
    acquire(request, tried) {
      const selection = router.acquire(request, tried)
      if ('refusal' in selection) return selection
      const { lease } = selection
      const settle = lease.settle.bind(lease)
      settlements.set(lease, 0)
      lease.settle = (settlement) => {
        settlements.set(lease, (settlements.get(lease) ?? 0) + 1)
        settle(settlement)
      }
      return { lease }
    },
  }
}

/** Keeps the requests that wait now in `waiting`. */
function trackWaiting(admission: Admission, waiting: Set<Waiting>): Admission {
  return {
    ...admission,
    admit(request, tried, listener) {
      if (listener === undefined) return admission.admit(request, tried, undefined)
      const entry = { tried }
      const result = admission.admit(request, tried, {
        onLease(lease) {
          waiting.delete(entry)
          listener.onLease(lease)
        },
        onRefusal(refusal) {
          waiting.delete(entry)
          listener.onRefusal(refusal)
        },
      })
      if (!('waiting' in result)) return result
      waiting.add(entry)
      const cancel = (): void => {
        waiting.delete(entry)
        result.waiting.cancel()
      }
      return { waiting: { cancel } }
    },
  }
}

/** Timers and `performance` must be faked by the test. */
export function createInterleavedForwards(endpointCount: number, failoverAttempts: number) {
  const clock = (): number => performance.now()
  const endpoints = Array.from({ length: endpointCount }, (_, index) =>
    endpointConfig(index + 1, { maxConcurrent: MAX_CONCURRENT, firstByteTimeoutS: FIRST_BYTE_TIMEOUT_S }),
  )
  const state = gatewayState(configuration(endpoints), clock)
  const armed = new Set<Fault>()
  const throwIfArmed = (fault: Fault): void => {
    if (armed.delete(fault)) throw new Error(`injected: ${fault}`)
  }
  const open: ScriptedAttempt[] = []
  const settlements = new Map<Lease, number>()
  const waiting = new Set<Waiting>()
  const policy = { failThreshold: Infinity, cooldownS: 20 }
  const admission = createAdmission({
    clock,
    guarantees: createGuaranteeLedger(createLocalSums(clock)),
    maxWaiting: 3,
    timeoutMs: QUEUE_TIMEOUT_MS,
    setTimer: timer,
    createRouter: (hooks) => countSettlements(createRouter({ state, clock, policy, hooks }), settlements),
  })
  const forward = createForward({
    state,
    clock,
    failoverAttempts,
    upstreamHeaders: createUpstreamHeaders({ forwardHeaders: [] }),
    modelCatalog: { refresh: () => undefined, reportLack: () => undefined },
    missingRoutes: { learn: () => true, forget: () => undefined },
    loadSignals: { asksHeader: () => false, receiveHeaders: () => undefined },
    objectPins: {
      add: () => undefined,
      awaitUsage: () => undefined,
      takeAwaited: () => undefined,
      remove: () => undefined,
    },
    poisonRequests: createPoisonRequests(clock),
    breakingRequests: createBreakingRequests(clock),
    // One wait declares an endpoint hung, and a request that waits there is moved.
    failThreshold: 1,
    hedgeBudget: createHedgeBudget(clock),
    logger: { info: () => undefined, warn: () => undefined },
    open: { first: undefined, last: undefined },
    admission: trackWaiting(admission, waiting),
    pools: {
      of() {
        throwIfArmed('pools.of')
        return {
          pool: createScriptedPool(open, armed),
          basePath: '',
          rootPath: '',
          credentials: [],
          instanceId: 'test',
        }
      },
      prune: () => undefined,
      destroy: () => undefined,
    },
    totalTimeoutMs: TOTAL_TIMEOUT_MS,
    keepaliveMs: KEEPALIVE_MS,
    isDraining: () => false,
    onInternalError: () => undefined,
  })
  const metrics = { observeRequest: () => undefined } as unknown as Metrics

  return {
    state,
    armed,
    open,
    settlements,
    /** Requests that wait although an endpoint that they have not tried has room and is not probed; must stay empty. */
    starved: () =>
      [...waiting].filter(({ tried }) =>
        endpoints.some(({ id }) => {
          const endpoint = state.endpoint(id)
          const isUsable = endpoint.inflight < MAX_CONCURRENT && endpoint.watch.hang === null
          return isUsable && !tried.includes(endpoint)
        }),
      ),
    inflight: () => [state.totals.inflight, ...endpoints.map(({ id }) => state.endpoint(id).inflight)],
    waiting: () => [...admission.waiting().values()].reduce((sum, { requests }) => sum + requests, 0),
    send(stream: boolean): SentRequest {
      const client = createScriptedClient(throwIfArmed)
      const sent: SentRequest = { client, reports: 0 }
      const logRequest = (): void => {
        sent.reports += 1
        throwIfArmed('log')
      }
      const info = { requestId: 'r', method: 'POST', route: '/v1/chat/completions' }
      const prepared = chat.readRequest(Buffer.from(JSON.stringify({ stream })))
      const refusal = forward(
        {
          record: createRequestRecord({ state, clock, metrics, logRequest }, info),
          rawHeaders: [],
          prompt: undefined,
          prepared: {
            ...prepared,
            get asksUsage() {
              throwIfArmed('splice')
              return prepared.asksUsage
            },
          },
          api: chat,
          path: '/v1/chat/completions',
          query: '',
          objectId: undefined,
          keepsObjects: false,
          routing: requestFor({ model: 'm' }),
          cacheResponse: () => throwIfArmed('cacheResponse'),
        },
        client.response,
        [],
      )
      // The data plane sends the refusal.
      if (refusal) client.response.end()
      return sent
    },
  }
}

export type InterleavedForwards = ReturnType<typeof createInterleavedForwards>
