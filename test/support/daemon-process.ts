// Runs the built daemon as a process of its own, the way an operator does, and ends it with the test, or with those that share it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { temporaryPath } from '../store/temporary-store.ts'
import { onEnd } from './lifetime.ts'

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url))
export const builtEntry = (name: string): string => join(projectFolder, 'dist', `${name}.js`)
export const ADMIN_TOKEN = 'admin-token-of-the-process-tests'

/** For tests that start a process through npm, which builds first. */
export const SLOW_MS = 180_000
const DEADLINE_MS = 120_000
const POLL_MS = 20

interface LaunchOptions {
  /** Executable and first arguments; this Node and the daemon's entry by default. */
  readonly command?: readonly [string, ...string[]]
  readonly args?: readonly string[]
  /** Added to this process's environment, whose own LB_* are left out. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Working directory; the project's by default. */
  readonly folder?: string
}

type LogLine = Readonly<Record<string, unknown>>

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

interface Launched {
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  readonly exit: Promise<Exit>
  /** Signals only the started process. */
  kill(signal: NodeJS.Signals): void
  /** Signals the process group, as a terminal does at Ctrl-C. */
  killGroup(signal: NodeJS.Signals): void
  log(): LogLine[]
  /** Resolves with the first log line of this msg. */
  logged(msg: string): Promise<LogLine>
}

export interface Daemon extends Launched {
  readonly url: string
  readonly port: number
}

/** Polls `find` until it returns something. @param hopeless - returns why it never will. */
export async function waitFor<T>(
  what: string,
  find: () => T | undefined | Promise<T | undefined>,
  hopeless: () => string | undefined = () => undefined,
): Promise<T> {
  for (const deadlineMs = Date.now() + DEADLINE_MS; Date.now() < deadlineMs; await delay(POLL_MS)) {
    const reason = hopeless()
    const found = await find()
    if (found !== undefined) return found
    if (reason !== undefined) throw new Error(`waited for ${what}, but ${reason}`)
  }
  throw new Error(`waited for ${what} in vain`)
}

function cleanEnvironment(additions: LaunchOptions['environment'] = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('LB_'))
  return { ...Object.fromEntries(own), ...additions }
}

const parseLog = (text: string): LogLine[] =>
  text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine)

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

export function launch({ command, args = [], environment, folder = projectFolder }: LaunchOptions): Launched {
  const entry = builtEntry('load-balancer')
  if (!existsSync(entry)) throw new Error('dist/ is missing: npm run build')
  const [executable, ...first] = command ?? [process.execPath, entry]
  const child = spawn(executable, [...first, ...args], {
    cwd: folder,
    env: cleanEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A new process group, so that its children can be ended with it.
    detached: true,
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${executable} cannot be started`)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exit = once(child, 'close').then((): Exit => ({
    code: child.exitCode,
    signal: child.signalCode,
    stdout,
    stderr,
  }))
  onEnd(async () => {
    signalGroup(pid, 'SIGKILL')
    await exit
  })
  const ended = (): string | undefined =>
    child.exitCode === null && child.signalCode === null
      ? undefined
      : `the process ended (${child.exitCode ?? child.signalCode}):\n${stdout}\n${stderr}`
  return {
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    exit,
    kill: (signal) => void child.kill(signal),
    killGroup: (signal) => signalGroup(pid, signal),
    log: () => parseLog(stdout),
    logged: (msg) =>
      waitFor(`"${msg}" in the log`, () => parseLog(stdout).find((line) => line['msg'] === msg), ended),
  }
}

export const daemonEnvironment = (databasePath = temporaryPath()) => ({
  LB_HOST: '127.0.0.1',
  LB_PORT: '0',
  LB_DB_PATH: databasePath,
  LB_ADMIN_TOKEN: ADMIN_TOKEN,
  // Upstreams of tests count what they are asked.
  LB_LOAD_INTERVAL_SECONDS: '0',
})

/** Resolves once it listens. Its environment is that of `daemonEnvironment`, changed by `environment`. */
export async function startDaemon(options: LaunchOptions = {}): Promise<Daemon> {
  const launched = launch({
    ...options,
    environment: { ...daemonEnvironment(options.environment?.['LB_DB_PATH']), ...options.environment },
  })
  const line = await launched.logged('listening')
  const url = String(line['url'])
  return { ...launched, url, port: Number(new URL(url).port) }
}

/** Calls the admin API. @returns the response's body; fails unless the status is `status`. */
export async function callAdmin<Body>(
  { url }: Pick<Daemon, 'url'>,
  method: string,
  path: string,
  { body, token = ADMIN_TOKEN, status = 200 }: { body?: object; token?: string; status?: number } = {},
): Promise<Body> {
  const response = await fetch(`${url}/admin/api${path}`, {
    method,
    headers: { 'x-admin-token': token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (response.status !== status) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Body
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Path at which a shell finds the command, without the project's node_modules/.bin. */
export function findOnPath(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => join(folder, name))
    .filter(isExecutable)
}
