#!/usr/bin/env node
// Entry of the Load Producer's WebSocket bridge; checks Node's version before it loads anything.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 17)) {
  process.stderr.write(`ws-proxy: needs Node 22.17 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
  const { runBridge } = await import('./ws-bridge/run-bridge.ts')
  const exitCode = await runBridge(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
}
export {}
