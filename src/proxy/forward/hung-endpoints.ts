// Notices hung endpoints while requests wait, moves those requests to other endpoints, and notices that an endpoint sends.
import type { HedgeBudget } from '../../core/limits/hedge-budget.ts'
import { declareIfHung } from '../../core/lease/lease-wait.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { Deadlines } from '../../http/deadlines.ts'
import { failOver } from './dispatch.ts'
import { failInternally } from './fail-request.ts'
import type { ForwardContext, ForwardOptions } from './forward-context.ts'

export interface HungEndpoints {
  /** Called for each request that is forwarded: there is a timer only while requests are in flight. */
  onRequest(): void
}

const INTERVAL_MS = 250

/**
 * Moves a request that waits at a hung endpoint, where it may be repeated. The attempt that is given up has sent nothing
 * for several times what the endpoint usually takes: little is lost with it.
 * @returns whether it was moved.
 */
function hedge(context: ForwardContext): boolean {
  const { lease, isHedged } = context
  if (isHedged || !lease?.isOverdue()) return false
  const waitedS = Math.round((lease.waitedMs() ?? 0) / 100) / 10
  context.isHedged = failOver(
    context,
    { error: `no first byte for ${waitedS} s`, isLocal: true, isGivenUp: true },
    { mayWait: false },
  )
  return context.isHedged
}

export function createHungEndpoints(
  options: ForwardOptions,
  deadlines: Deadlines<ForwardContext>,
): HungEndpoints {
  const { state, clock, failThreshold, hedgeBudget, logger } = options
  const known = new Set<EndpointRuntime>()
  let isArmed = false

  const log = (endpoint: EndpointRuntime): void => {
    const isHung = endpoint.watch.hang !== null
    if (isHung === known.has(endpoint)) return
    const { name } = endpoint.config
    if (isHung) {
      known.add(endpoint)
      logger.warn({ endpoint: name }, 'endpoint sends no first byte: it gets one request at a time')
    } else {
      known.delete(endpoint)
      logger.info({ endpoint: name }, 'endpoint sends bytes again')
    }
  }

  /** Oldest first: its client is the next to leave. */
  const moveWaiting = (budget: HedgeBudget): void => {
    for (const context of deadlines.entries()) {
      if (!budget.hasRoom()) return
      try {
        if (hedge(context)) budget.recordHedge()
      } catch (error) {
        failInternally(context, error)
      }
    }
  }

  const sweep = (): void => {
    isArmed = false
    let isAnyHung = false
    for (const { id } of state.snapshot().endpoints) {
      const endpoint = state.endpoint(id)
      declareIfHung(endpoint, failThreshold, clock)
      log(endpoint)
      isAnyHung ||= endpoint.watch.hang !== null
    }
    if (isAnyHung && hedgeBudget !== undefined) moveWaiting(hedgeBudget)
    if (state.totals.inflight > 0) arm()
  }
  const arm = (): void => {
    isArmed = true
    // The clients' connections keep the process alive.
    setTimeout(sweep, INTERVAL_MS).unref()
  }
  return {
    onRequest() {
      hedgeBudget?.recordRequest()
      if (!isArmed) arm()
    },
  }
}

/**
 * Tells the lease of bytes: of the first, and of each while the endpoint is taken for hung. Others are counted alone, since
 * what belongs to a lease has left the caches of the processor by the next piece of its stream.
 */
export function noticeBytes(context: ForwardContext): void {
  const { lease, endpoint } = context
  if (lease === undefined || endpoint === undefined) return
  if (context.hasBytes && endpoint.watch.hang === null) endpoint.watch.chunks += 1
  else {
    context.hasBytes = true
    lease.received()
  }
}
