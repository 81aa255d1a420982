#!/usr/bin/env node
// Entry of the Load Producer's command; checks Node's version before it loads anything.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 17)) {
  process.stderr.write(`load-producer: needs Node 22.17 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
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
export {}
