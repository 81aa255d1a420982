// The Prometheus metrics of the bridge.
import { Counter, Gauge, Registry } from 'prom-client'
import { bridgeErrorCode } from '../../contract/bridge.ts'
import type { BridgeFigures } from '../bridge.ts'

export interface BridgeMetrics {
  readonly contentType: string
  /** @returns the text that Prometheus scrapes. */
  render(): Promise<string>
}

export function createBridgeMetrics(readFigures: () => BridgeFigures): BridgeMetrics {
  const registry = new Registry()
  const shared = { registers: [registry] }
  const gauge = (name: string, help: string) => new Gauge({ name, help, ...shared })
  const counter = (name: string, help: string) => new Counter({ name, help, ...shared })
  const open = gauge('ws_proxy_connections_active', 'Pages that are connected.')
  const connections = counter('ws_proxy_connections_total', 'Pages that have connected.')
  const running = gauge('ws_proxy_requests_active', 'Calls under way.')
  const waiting = gauge('ws_proxy_requests_waiting', 'Calls that wait for their turn.')
  const calls = counter('ws_proxy_requests_total', 'Calls that pages have made.')
  const errors = new Counter({
    name: 'ws_proxy_errors_total',
    help: 'Calls and messages that failed at the bridge, by the code their page was told.',
    labelNames: ['code'],
    ...shared,
  })
  return {
    contentType: registry.contentType,
    render() {
      const figures = readFigures()
      for (const metric of [connections, calls, errors]) metric.reset()
      open.set(figures.openConnections)
      running.set(figures.runningCalls)
      waiting.set(figures.waitingCalls)
      connections.inc(figures.connections)
      calls.inc(figures.calls)
      // All series exist from the start, since rate() needs a zero to start from.
      for (const code of bridgeErrorCode.options) errors.inc({ code }, figures.errors.get(code) ?? 0)
      return registry.metrics()
    },
  }
}
