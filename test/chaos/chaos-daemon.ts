// The built daemon with several workers, for one run of the chaos.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../dist/load-balancer.js', import.meta.url))

interface ChaosDaemon {
  readonly url: string
  /** Rejects where it does not end well. */
  close(): Promise<void>
}

/** @param environment - LB_* variables. @param onLine - receives each line of its log. */
export async function startChaosDaemon(
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<ChaosDaemon> {
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, LB_HOST: '127.0.0.1', LB_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise<string>((resolve, reject) => {
    void ended.then(() => reject(new Error('the daemon has ended')))
    lines.on('line', (line) => {
      const { msg, url: listening } = JSON.parse(line) as { msg?: string; url?: string }
      if (msg === 'listening' && listening !== undefined) resolve(listening)
      onLine(line)
    })
  })
  return {
    url,
    async close() {
      child.kill('SIGTERM')
      await ended
      process.off('exit', kill)
      if (child.exitCode !== 0) throw new Error(`the daemon ended with ${child.exitCode ?? child.signalCode}`)
    },
  }
}
