// A reference model of the admission queue: on every event it looks at each waiting request and at each endpoint.
import { allowsRequest } from '../../../src/core/lease/breaker.ts'
import type { Admission, AdmissionOptions, WaitListener } from '../../../src/core/queue/admission.ts'
import { mayGoTo } from '../../../src/core/routing/candidate-set.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import type { EndpointRuntime } from '../../../src/core/state/endpoint-runtime.ts'
import type { GatewayState } from '../../../src/core/state/gateway-state.ts'

interface Entry extends WaitListener {
  readonly request: RoutingRequest
  readonly tried: readonly EndpointRuntime[]
  readonly arrival: number
  cancelTimer(): void
}

const clientOf = ({ token, blockId }: RoutingRequest): string =>
  token === null ? `block ${blockId}` : `token ${token.id}`

const inOrder = (a: EndpointRuntime, b: EndpointRuntime): number =>
  a.config.priorityOrder - b.config.priorityOrder ||
  a.counters.consecutiveFailures - b.counters.consecutiveFailures ||
  a.counters.avgLatencyMs - b.counters.avgLatencyMs ||
  a.config.id - b.config.id

export function createNaiveAdmission(options: AdmissionOptions, state: GatewayState): Admission {
  const { clock, guarantees, maxWaiting, setTimer, timeoutMs } = options
  let entries: Entry[] = []
  let served = new Map<string, number>()
  let arrivals = 0
  let cancelSweep: (() => void) | undefined
  const router = options.createRouter({
    onCharge(request, tokens) {
      guarantees.charge(request.blockId, request.token, tokens)
      const client = clientOf(request)
      if (served.has(client)) served.set(client, servedOf(request) + tokens)
    },
    onRoom: () => serve(),
    onScopes: () => undefined,
  })
  const servedOf = (request: RoutingRequest): number => served.get(clientOf(request)) ?? 0

  const remove = (entry: Entry): boolean => {
    if (!entries.includes(entry)) return false
    entries = entries.filter((each) => each !== entry)
    entry.cancelTimer()
    if (entries.length > 0) return true
    served = new Map()
    cancelSweep?.()
    cancelSweep = undefined
    return true
  }

  const readyFor = ({ request, tried }: Entry): EndpointRuntime[] =>
    state
      .targets(request.blockId)
      .filter((each) => mayGoTo(request, each.config.id) && !tried.includes(each))
      .filter((each) => allowsRequest(each, request, clock()) && !each.unhealthy)

  /** Whether the request may go to the first endpoint in order. */
  const mayTakeFirst = ({ token }: RoutingRequest): boolean => {
    const { routingMode, priorityInputTokenId } = state.snapshot().settings
    return (
      routingMode === 'percentage' ||
      priorityInputTokenId === null ||
      token?.id === priorityInputTokenId ||
      (token?.preferredEndpointId ?? null) !== null
    )
  }

  const candidatesOf = (request: RoutingRequest, tried: readonly EndpointRuntime[]): string =>
    JSON.stringify([
      request.blockId,
      request.token?.preferredEndpointId,
      tried.map(({ config }) => config.id),
      mayTakeFirst(request),
    ])

  const canBeServed = (entry: Entry): boolean => {
    const isPlain = mayTakeFirst(entry.request)
    const ready = readyFor(entry)
    const [first] = ready.toSorted(inOrder)
    return ready.some(
      (each) => each.inflight < each.capacity && (isPlain || ready.length === 1 || each !== first),
    )
  }

  const compare = (a: Entry, b: Entry): number =>
    Number(guarantees.isBelow(b.request.token)) - Number(guarantees.isBelow(a.request.token)) ||
    (a.request.token?.requestPriority ?? 0) - (b.request.token?.requestPriority ?? 0) ||
    servedOf(a.request) - servedOf(b.request) ||
    a.arrival - b.arrival

  const serve = (): void => {
    for (;;) {
      const [next] = entries.filter(canBeServed).sort(compare)
      if (!next) return
      const selection = router.acquire(next.request, next.tried)
      if ('refusal' in selection) throw new Error(selection.refusal.detail)
      remove(next)
      next.onLease(selection.lease)
    }
  }

  const serveAndRefuse = (): void => {
    serve()
    for (const entry of [...entries]) {
      if (readyFor(entry).length > 0 || !remove(entry)) continue
      const selection = router.acquire(entry.request, entry.tried)
      if ('refusal' in selection) entry.onRefusal(selection.refusal)
    }
  }

  const enqueue = (request: RoutingRequest, tried: readonly EndpointRuntime[], listener: WaitListener) => {
    const entry: Entry = {
      ...listener,
      request,
      tried,
      arrival: (arrivals += 1),
      cancelTimer: setTimer(() => {
        if (remove(entry))
          entry.onRefusal({ code: 'LB_ERR_QUEUE_TIMEOUT', detail: 'too late', retryAfterS: 1 })
      }, timeoutMs),
    }
    const client = clientOf(request)
    if (!entries.some((each) => clientOf(each.request) === client)) {
      const lowest = Math.min(...entries.map((each) => servedOf(each.request)))
      served.set(client, Math.max(servedOf(request), entries.length === 0 ? 0 : lowest))
    }
    entries.push(entry)
    const sweep = (): void => {
      cancelSweep = setTimer(sweep, 250)
      serveAndRefuse()
    }
    cancelSweep ??= setTimer(sweep, 250)
    return { cancel: () => void remove(entry) }
  }

  return {
    admit(request, tried, listener) {
      serve()
      const candidates = candidatesOf(request, tried)
      if (!entries.some((each) => candidatesOf(each.request, each.tried) === candidates)) {
        const selection = router.acquire(request, tried)
        const isFull = 'refusal' in selection && selection.refusal.code === 'LB_ERR_ALL_FULL'
        if (!isFull || listener === undefined) return selection
      }
      if (listener === undefined) return router.acquire(request, tried)
      if (entries.length < maxWaiting) return { waiting: enqueue(request, tried, listener) }
      return { refusal: { code: 'LB_ERR_QUEUE_FULL', detail: 'full', retryAfterS: 1 } }
    },
    explain() {
      throw new Error('the model explains nothing')
    },
    serveWaiting: serveAndRefuse,
    serveRoom: serve,
    isOwed: () => false,
    waitingFor: () => [],
    waiting: () => new Map(),
  }
}
