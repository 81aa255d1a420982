// Forwarded requests whose upstream responses a test scripts, on the test's clock.
import { createHedgeBudget } from '../../../src/core/limits/hedge-budget.ts'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { ExchangeHandler } from '../../../src/http/upstream/exchange.ts'
import type { ConnectionPool } from '../../../src/http/upstream/connection-pool.ts'
import { createAdmission } from '../../../src/core/queue/admission.ts'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { createLocalSums } from '../../../src/core/shared/windowed-sums.ts'
import { createGuaranteeLedger } from '../../../src/core/queue/guarantee.ts'
import { createPlacer } from '../../../src/core/placement/placer.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { createBreakingRequests } from '../../../src/core/lease/breaking-requests.ts'
import { createPoisonRequests } from '../../../src/core/lease/poison-requests.ts'
import { createRequestRecord } from '../../../src/proxy/forward/request-record.ts'
import { createForward } from '../../../src/proxy/forward/forward.ts'
import type { RequestLine } from '../../../src/observability/request-log.ts'
import { createUpstreamHeaders } from '../../../src/proxy/request/upstream-headers.ts'
import type { Api } from '../../../src/proxy/apis/api.ts'
import { chat } from '../../../src/proxy/apis/chat.ts'
import { createAppMetrics } from '../../../src/app/parts/build-metrics.ts'
import { requestFor, policy } from './closed-loop.ts'
import { configuration, gatewayState, manualClock } from './gateway-fixture.ts'

/** The end of an attempt: a response or an error. */
export type UpstreamResult = { readonly status: number; readonly body: string } | { readonly error: Error }

/** An attempt without a response yet. */
export interface OpenAttempt {
  readonly endpointId: number
  readonly body: string
  settle(result: UpstreamResult): void
}

const json = { 'content-type': 'application/json' }

/** Nothing is reported of an attempt that is over. */
function settle(handler: ExchangeHandler, result: UpstreamResult, isOver: () => boolean): void {
  if (isOver()) return
  if ('error' in result)
    return handler.onError(result.error, { wasConnected: true, isBreak: false, wasUsed: false })
  const bytes = Buffer.from(result.body)
  handler.onResponse(result.status, { ...json, 'content-length': String(bytes.length) })
  if (!isOver()) handler.onData(bytes)
  if (!isOver()) handler.onEnd()
}

/** The clock is advanced by the test, which also fakes the timers. */
export function createScriptedForwards(
  endpoints: readonly EndpointConfig[],
  failoverAttempts: number,
  api: Api = chat,
) {
  const clock = manualClock()
  const state = gatewayState(configuration(endpoints), clock.now)
  const placer = createPlacer({ clock: clock.now, endpoints: () => endpoints.length })
  const open: OpenAttempt[] = []
  const logged: RequestLine[] = []
  const poolOf = (endpointId: number): ConnectionPool => ({
    start({ body }, handler) {
      let isAborted = false
      const attempt: OpenAttempt = {
        endpointId,
        body: Buffer.isBuffer(body) ? body.toString() : '',
        settle(result) {
          open.splice(open.indexOf(attempt), 1)
          settle(handler, result, () => isAborted)
        },
      }
      open.push(attempt)
      return { pause: () => undefined, resume: () => undefined, abort: () => void (isAborted = true) }
    },
    close: () => undefined,
    destroy: () => undefined,
  })
  const forward = createForward({
    state,
    clock: clock.now,
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
    failThreshold: policy.failThreshold,
    hedgeBudget: createHedgeBudget(clock.now),
    logger: { info: () => undefined, warn: () => undefined },
    poisonRequests: createPoisonRequests(clock.now),
    breakingRequests: createBreakingRequests(clock.now),
    open: { first: undefined, last: undefined },
    admission: createAdmission({
      clock: clock.now,
      guarantees: createGuaranteeLedger(createLocalSums(clock.now)),
      maxWaiting: 0,
      timeoutMs: 1_000,
      setTimer: () => () => undefined,
      createRouter: (hooks) => createRouter({ state, clock: clock.now, policy, hooks, placer }),
    }),
    pools: {
      of({ id }) {
        return {
          pool: poolOf(id),
          basePath: '',
          rootPath: '',
          credentials: [],
          instanceId: 'test',
        }
      },
      prune: () => undefined,
      destroy: () => undefined,
    },
    totalTimeoutMs: 1e9,
    keepaliveMs: 0,
    isDraining: () => false,
    onInternalError: () => undefined,
  })
  const reporters = {
    state,
    clock: clock.now,
    metrics: createAppMetrics(state, clock.now, placer, false),
    logRequest: (line: RequestLine) => void logged.push(line),
  }
  return {
    /** The log's lines of the requests that have ended. */
    logged,
    clock,
    state,
    open,
    /** @returns whether the request was forwarded. */
    send(body: object): boolean {
      const request = {
        record: createRequestRecord(reporters, {
          requestId: 'r',
          method: 'POST',
          route: '/v1/chat/completions',
        }),
        rawHeaders: [],
        prepared: api.readRequest(Buffer.from(JSON.stringify(body))),
        prompt: undefined,
        api,
        path: '/v1/chat/completions',
        query: '',
        objectId: undefined,
        keepsObjects: false,
        routing: requestFor(),
        cacheResponse: undefined,
      }
      return forward(request, new ServerResponse(new IncomingMessage(new Socket())), []) === undefined
    },
  }
}
