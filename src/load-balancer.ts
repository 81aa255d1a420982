#!/usr/bin/env node
// Entry of the daemon; checks Node's version before it loads anything, since native modules crash on an older one.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 17)) {
  process.stderr.write(`load-balancer: needs Node 22.17 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
  const { runCommand } = await import('./app/run-command.ts')
  const exitCode = await runCommand(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
}
export {}
