// Starts the processes of a benchmark, and reads their CPU time and memory from /proc.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface Measured {
  readonly port: number
  readonly pid: number
  /** The line of its output that had the port. */
  readonly line: string
  /** Its exit status, once it has ended. */
  readonly exit: Promise<number | null>
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

/** @returns the ids of the processes that this one has started. */
export function childrenOf(pid: number): number[] {
  const isChild = (id: string): boolean => {
    try {
      // After the name, which may hold spaces: the state and the parent.
      return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1] === String(pid)
    } catch {
      // It has ended since it was listed.
      return false
    }
  }
  return readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id) && isChild(id))
    .map(Number)
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

function killAtExit(child: ChildProcess): void {
  children.add(child)
  child.once('exit', () => children.delete(child))
}

/** An interrupted benchmark does not leave it running. */
export function follow(child: ChildProcess): Pick<Measured, 'exit' | 'stop'> {
  killAtExit(child)
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  return {
    exit,
    async stop() {
      child.kill('SIGTERM')
      await exit
    },
  }
}

/** By another process, as a log is read: to read it here would take time from what this process measures. */
function discardRest(output: Readable): void {
  output.pause()
  killAtExit(spawn('cat', { stdio: [output, 'ignore', 'inherit'] }))
  output.destroy()
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
      // Some end with their input, so that none outlives this process.
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const ends = follow(child)
    const lines = createInterface({ input: child.stdout })
    void ends.exit.then((code) => reject(new Error(`${script} ended with ${code}`)))
    lines.on('line', (line) => {
      onLine?.(line)
      const port = portIn.exec(line)?.[1]
      if (port === undefined) return
      if (onLine === undefined) {
        lines.close()
        discardRest(child.stdout)
      }
      resolve({ port: Number(port), pid: child.pid ?? 0, line, ...ends })
    })
  })
}
