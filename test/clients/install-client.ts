// Installs a client of the command line from npm.
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const LIMIT_MS = 240_000

/** `command` is the path of its executable; `reason` says why it cannot be installed here. */
export type Installed = { readonly command: string } | { readonly reason: string }

const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1']

/** @param parent - folder for binaries of hundreds of megabytes. The client has to print its version. */
export async function installClient(parent: string, packageSpec: string, name: string): Promise<Installed> {
  const folder = join(parent, name)
  const command = join(folder, 'node_modules', '.bin', name)
  try {
    await mkdir(folder)
    await run('npm', ['install', ...quiet, '--prefix', folder, packageSpec], {
      cwd: folder,
      timeout: LIMIT_MS,
    })
    await run(command, ['--version'], { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } })
    return { command }
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string }
    // npm's first two lines say why; what follows is advice.
    return { reason: (stderr?.trim() || message).split('\n').slice(0, 2).join(' ') }
  }
}
