// Forwarded requests whose upstreams answer when, and as, a test says; on its clock.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Dispatcher, Pool } from 'undici'
import { createAdmission } from '../../src/core/admission.ts'
import type { EndpointConfig } from '../../src/core/configuration.ts'
import { createGuaranteeLedger } from '../../src/core/guarantee.ts'
import { createRouter } from '../../src/core/router.ts'
import { createSuspectRequests } from '../../src/core/suspect-requests.ts'
import { createExchange } from '../../src/proxy/exchange.ts'
import { createForward } from '../../src/proxy/forward.ts'
import { prepareBody } from '../../src/proxy/prepare-body.ts'
import { createAppMetrics } from '../../src/app/build-parts.ts'
import { demandOf, policy } from './closed-loop.ts'
import { configuration, gatewayState, manualClock } from './gateway-fixture.ts'

/** What an upstream does with a request. */
export type Fate = { readonly status: number; readonly body: string } | { readonly error: Error }

/** A request that an endpoint has and has not answered. */
export interface OpenAttempt {
  readonly endpointId: number
  readonly body: string
  meet(fate: Fate): void
}

const json = { 'content-type': 'application/json' }

function meet(handler: Dispatcher.DispatchHandler, fate: Fate): void {
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
export function createScriptedFlights(endpoints: readonly EndpointConfig[], failoverAttempts: number) {
  const clock = manualClock()
  const state = gatewayState(configuration(endpoints), clock.now)
  const open: OpenAttempt[] = []
  const poolOf = (endpointId: number) =>
    ({
      dispatch({ body }: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
        const attempt: OpenAttempt = {
          endpointId,
          body: Buffer.isBuffer(body) ? body.toString() : '',
          meet(fate) {
            open.splice(open.indexOf(attempt), 1)
            meet(handler, fate)
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
    suspects: createSuspectRequests(clock.now),
    admission: createAdmission({
      clock: clock.now,
      guarantees: createGuaranteeLedger(clock.now),
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
        exchange: createExchange(reporters, {
          requestId: 'r',
          method: 'POST',
          route: '/v1/chat/completions',
        }),
        rawHeaders: [],
        prepared: prepareBody(Buffer.from(JSON.stringify(body)), 'chat'),
        path: '/chat/completions',
        demand: demandOf(),
        keep: undefined,
      }
      return forward(request, new ServerResponse(new IncomingMessage(new Socket())), []) === undefined
    },
  }
}
