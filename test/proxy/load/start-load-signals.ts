// Starts asking real servers for their load, with a clock and timers that a test advances.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, onTestFinished } from 'vitest'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { createLoadSignals } from '../../../src/proxy/load/load-signals.ts'
import { createUpstreamPools } from '../../../src/proxy/upstream/upstream-pools.ts'
import { createManualTimer } from '../../simulation/manual-timer.ts'
import { eventually } from '../../simulation/start-backend.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

export const INTERVAL_MS = 1_000

/** What a server answers by path, where it is not 404: a text or another status; null for nothing at all. */
type Pages = Record<string, string | number | null>

/** Metrics of vLLM. */
export const vllmPage = (running: number, waiting: number, further = ''): string =>
  `vllm:num_requests_running{engine="0"} ${running}\nvllm:num_requests_waiting{engine="0"} ${waiting}\n${further}`

function respondWith(pages: Pages, request: IncomingMessage, response: ServerResponse): void {
  const { [request.url ?? '']: page = 404 } = pages
  if (page === null) return
  if (typeof page === 'number') response.writeHead(page).end('{"detail":"Not Found"}')
  else response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(page)
}

/** One endpoint, whose load source is `auto`, at a server with these pages, which a test may change. */
export async function startLoadSignals(
  pages: Pages,
  { intervalMs = INTERVAL_MS, ...values }: Partial<EndpointConfig> & { readonly intervalMs?: number } = {},
) {
  const asked: IncomingMessage[] = []
  const { baseUrl, sockets } = await startUpstream((request, response) => {
    asked.push(request)
    respondWith(pages, request, response)
  })
  const timer = createManualTimer()
  const first = endpointConfig(1, { baseUrl, loadSource: 'auto', ...values })
  const state = gatewayState(configuration([first]), timer.nowMs)
  const pools = createUpstreamPools('test')
  onTestFinished(() => pools.destroy())
  /** In ms, of each timer that was set. */
  const waits: number[] = []
  const signals = createLoadSignals({
    state,
    pools,
    clock: timer.nowMs,
    random: () => 0,
    intervalMs,
    setTimer(callback, ms) {
      waits.push(ms)
      return timer.after(ms, callback)
    },
  })
  onTestFinished(() => signals.stop())
  signals.sync(state.snapshot())
  const endpoint = state.endpoint(1)
  return {
    asked,
    baseUrl,
    endpoint,
    pages,
    pools,
    signals,
    sockets,
    timer,
    urls: () => asked.map(({ url }) => url),
    /** Lets the time pass, and waits for the next report. */
    async report(afterMs = intervalMs) {
      const before = endpoint.load
      timer.advance(afterMs)
      await eventually(() => expect(endpoint.load).not.toBe(before))
      return endpoint.load
    },
    /** Lets the time pass, and waits until the server is to be asked again after `waitMs` without a report. */
    async plan(waitMs: number, afterMs = intervalMs) {
      timer.advance(afterMs)
      // The timers before these bound the request.
      const before = waits.length
      await eventually(() => expect(waits.slice(before)).toContain(waitMs))
    },
    configure(...next: readonly EndpointConfig[]): void {
      state.replace(configuration(next))
      signals.sync(state.snapshot())
    },
    config: first,
  }
}
