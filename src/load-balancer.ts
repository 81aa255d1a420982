#!/usr/bin/env node
// Entry of the daemon; checks Node's version before it loads anything, since native modules crash on an older one.
import { setFlagsFromString } from 'node:v8'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

// V8 can come to allocate a request's objects among the old ones, where each request keeps the garbage of the next one alive
// until a full collection. A process in that state takes up to 1.8 times the CPU time for the rest of its life.
setFlagsFromString('--no-allocation-site-pretenuring')

if (major < 22 || (major === 22 && minor < 17)) {
  process.stderr.write(`load-balancer: needs Node 22.17 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
  const { runCommand } = await import('./app/run-command.ts')
  const exitCode = await runCommand(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
}
