#!/usr/bin/env node
// Entry of one simulated backend.
import { isSupportedNode } from './is-supported-node.ts'

if (isSupportedNode('simulator')) {
  const { runSimulator } = await import('./simulation/command-line.ts')
  process.exitCode = await runSimulator(process.argv.slice(2))
}
