#!/usr/bin/env node
// Entry of one simulated backend; checks Node's version before it loads anything.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 17)) {
  process.stderr.write(`simulator: needs Node 22.17 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
  const { runSimulator } = await import('./simulation/command-line.ts')
  process.exitCode = await runSimulator(process.argv.slice(2))
}
export {}
