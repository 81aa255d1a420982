/** Entry of the Web Worker: passes commands from the page to the engine and posts its reports back. */
import { createEngine } from '../../../src/load-engine/engine.ts'
import { systemTimer } from '../../../src/load-engine/platform/engine-timer.ts'
import { createBridgeClient } from './bridge/bridge-client.ts'
import type { BridgeStatus } from './bridge/bridge-status.ts'
import { bridgeTransport } from './bridge/bridge-transport.ts'
import { explainRefusal } from './bridge/explain-refusal.ts'
import type { PageCommand } from './page-messages.ts'

const bridge = createBridgeClient({
  openSocket: (url, protocols) => new WebSocket(url, protocols),
  explainRefusal,
  timer: systemTimer,
  random: Math.random,
  onStatus(status: BridgeStatus) {
    postMessage({ type: 'bridge', bridge: status })
    if (status.state === 'open') engine.sendDue()
  },
})
const engine = createEngine({
  transport: bridgeTransport(bridge, systemTimer),
  timer: systemTimer,
  random: Math.random,
  report(report) {
    postMessage(report)
    if (report.type === 'snapshot') postMessage({ type: 'bridge', bridge: bridge.status() })
  },
})

addEventListener('message', ({ data }: MessageEvent<PageCommand>) => {
  if (data.type === 'connect') bridge.connect(data.url, data.token)
  else engine.handle(data)
})
