// Forwarded requests whose upstreams respond when and as a test says, on its clock.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Dispatcher, Pool } from 'undici'
import { createAdmission } from '../../../src/core/queue/admission.ts'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { createGuaranteeLedger } from '../../../src/core/queue/guarantee.ts'
import { createLocalSums } from '../../../src/core/shared/windowed-sums.ts'
import { createRouter } from '../../../src/core/routing/router.ts'
import { createPoisonRequests } from '../../../src/core/lease/poison-requests.ts'
import { createRequestRecord } from '../../../src/proxy/forward/request-record.ts'
import { createForward } from '../../../src/proxy/forward/forward.ts'
import { prepareBody } from '../../../src/proxy/request/prepare-body.ts'
import { createAppMetrics } from '../../../src/app/build-parts.ts'
import { requestFor, policy } from './closed-loop.ts'
import { configuration, gatewayState, manualClock } from './gateway-fixture.ts'

/** What an upstream does with a request. */
export type UpstreamResult = { readonly status: number; readonly body: string } | { readonly error: Error }

/** A request that an endpoint has received and not responded to. */
export interface OpenAttempt {
  readonly endpointId: number
  readonly body: string
  settle(fate: UpstreamResult): void
}

const json = { 'content-type': 'application/json' }

function settle(handler: Dispatcher.DispatchHandler, fate: UpstreamResult): void {
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    abort: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
  } as Dispatcher.DispatchController
  handler.onRequestStart?.(controller, {})
  if ('error' in fate) return handler.onResponseError?.(controller, fate.error)
  const bytes = Buffer.from(fate.body)
  handler.onResponseStart?.(controller, fate.status, { ...json, 'content-length': String(bytes.length) })
  handler.onResponseData?.(controller, bytes)
  handler.onResponseEnd?.(controller, {})
}

/** The clock moves by hand alone; timers are the test's to fake. */
export function createScriptedForwards(endpoints: readonly EndpointConfig[], failoverAttempts: number) {
  const clock = manualClock()
  const state = gatewayState(configuration(endpoints), clock.now)
  const open: OpenAttempt[] = []
  const poolOf = (endpointId: number) =>
    ({
      dispatch({ body }: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
        const attempt: OpenAttempt = {
          endpointId,
          body: Buffer.isBuffer(body) ? body.toString() : '',
          settle(fate) {
            open.splice(open.indexOf(attempt), 1)
            settle(handler, fate)
          },
        }
        open.push(attempt)
        return true
      },
    }) as unknown as Pool
  const forward = createForward({
    state,
    clock: clock.now,
    failoverAttempts,
    poisonRequests: createPoisonRequests(clock.now),
    admission: createAdmission({
      clock: clock.now,
      guarantees: createGuaranteeLedger(createLocalSums(clock.now)),
      maxWaiting: 0,
      timeoutMs: 1_000,
      setTimer: () => () => undefined,
      createRouter: (hooks) => createRouter({ state, clock: clock.now, policy, hooks }),
    }),
    pools: {
      of: ({ id }) => ({ pool: poolOf(id), basePath: '', authorization: undefined }),
      prune: () => undefined,
      destroy: () => Promise.resolve(),
    },
    totalTimeoutMs: 1e9,
    stallMs: 1e9,
    keepaliveMs: 0,
    isDraining: () => false,
  })
  const reporters = {
    state,
    clock: clock.now,
    metrics: createAppMetrics(state, false),
    logRequest: () => undefined,
  }
  return {
    clock,
    state,
    open,
    /** @returns whether it was sent on. */
    send(body: object): boolean {
      const request = {
        record: createRequestRecord(reporters, {
          requestId: 'r',
          method: 'POST',
          route: '/v1/chat/completions',
        }),
        rawHeaders: [],
        prepared: prepareBody(Buffer.from(JSON.stringify(body)), 'chat'),
        path: '/chat/completions',
        routing: requestFor(),
        cacheResponse: undefined,
      }
      return forward(request, new ServerResponse(new IncomingMessage(new Socket())), []) === undefined
    },
  }
}
