#!/usr/bin/env node
// Entry of the Load Producer's command.
import { isSupportedNode } from './is-supported-node.ts'

if (isSupportedNode('load-producer')) {
  const { runLoadProducer } = await import('./load-engine/command/run-load-producer.ts')
  const { createBusyShare } = await import('./load-engine/thread/busy-share.ts')
  const { readVersion } = await import('./config/version.ts')
  const interrupt = new AbortController()
  // The second signal ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort())
  process.exitCode = await runLoadProducer(process.argv.slice(2), {
    environment: process.env,
    version: readVersion(),
    busyShare: createBusyShare(),
    stdout: process.stdout,
    stderr: process.stderr,
    interrupted: interrupt.signal,
  })
}
