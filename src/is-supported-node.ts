// Loads nothing, and is asked before anything else is loaded: native modules crash on an older Node.

/**
 * Whether this Node runs the program: 22.17 or newer. Where it does not, says so on stderr and sets the exit code 1.
 * @param program - its name.
 */
export function isSupportedNode(program: string): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 17)) return true
  process.stderr.write(`${program}: needs Node 22.17 or newer, this is ${process.versions.node}\n`)
  process.exitCode = 1
  return false
}
