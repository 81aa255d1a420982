#!/usr/bin/env node
// Entry of the daemon.
import { setFlagsFromString } from 'node:v8'
import { isSupportedNode } from './is-supported-node.ts'

// V8 can come to allocate a request's objects among the old ones, where each request keeps the garbage of the next one alive
// until a full collection. A process in that state takes up to 1.8 times the CPU time for the rest of its life.
setFlagsFromString('--no-allocation-site-pretenuring')

if (isSupportedNode('load-balancer')) {
  const { runCommand } = await import('./app/run-command.ts')
  const exitCode = await runCommand(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
}
