// Starts the processes of a benchmark, and reads their CPU time and memory from /proc.
import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface Measured {
  readonly port: number
  readonly pid: number
  /** The line of its output that had the port. */
  readonly line: string
  stop(): Promise<void>
}

/** CPU time of all its threads so far, in microseconds: the scheduler's own books, where `stat` counts in ticks of 10,000. */
export function cpuUs(pid: number): number {
  const ofThread = (id: string): number => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      // It has ended since it was listed.
      return 0
    }
  }
  return readdirSync(`/proc/${pid}/task`).reduce((sum, id) => sum + ofThread(id), 0) / 1000
}

/** Resident memory in KiB. */
export function residentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
}

/** What this process, and those it starts, may have open at once. */
export function maxOpenFiles(): number {
  const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return limit === undefined ? Infinity : Number(limit)
}

/** @param name - of a file in dist/. */
export const built = (name: string): string => new URL(`../../dist/${name}`, import.meta.url).pathname

/** What `npm start` gives the daemon's Node.js beside the script. */
export function shippedOptions(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { scripts } = JSON.parse(text) as { scripts: { start: string } }
  return scripts.start
    .split(' ')
    .filter((word) => word.startsWith('--'))
    .join(' ')
}

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** An interrupted benchmark leaves nothing running. */
export function killAtExit(child: ChildProcess): void {
  children.add(child)
  child.once('exit', () => children.delete(child))
}

function stopper(child: ChildProcess): () => Promise<void> {
  return () =>
    new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGTERM')
    })
}

/**
 * Starts a script under this Node.
 * @param portIn - finds the port in a line of its output.
 * @param onLine - told of each line of its output.
 */
export function start(
  script: string,
  args: readonly string[],
  portIn: RegExp,
  environment: NodeJS.ProcessEnv = {},
  onLine?: (line: string) => void,
): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    killAtExit(child)
    const lines = createInterface({ input: child.stdout })
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)))
    lines.on('line', (line) => {
      onLine?.(line)
      const port = portIn.exec(line)?.[1]
      if (port !== undefined) resolve({ port: Number(port), pid: child.pid ?? 0, line, stop: stopper(child) })
    })
  })
}
