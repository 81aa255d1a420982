#!/usr/bin/env node
// Entry of the Load Producer's WebSocket bridge.
import { isSupportedNode } from './is-supported-node.ts'

if (isSupportedNode('ws-proxy')) {
  const { runBridge } = await import('./ws-bridge/run-bridge.ts')
  const exitCode = await runBridge(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
}
