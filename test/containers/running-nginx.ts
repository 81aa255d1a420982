// Starts nginx with its container's configuration on a free port.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { findOnPath, projectFolder } from '../support/daemon-process.ts'
import { eventually } from '../support/apps/running-app.ts'
import { temporaryFolder } from '../store/temporary-store.ts'
import { readProjectFile } from './container-files.ts'

/** Its path; empty where there is none. */
export const [nginx = ''] = [...findOnPath('nginx'), '/usr/sbin/nginx'].filter(existsSync)

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** What differs outside the container; each must be there to be replaced. */
function placed(folder: string, replacements: Readonly<Record<string, string>>): string {
  const original = readProjectFile('nginx.conf')
  const missing = Object.keys(replacements).filter((from) => !original.includes(from))
  if (missing.length > 0) throw new Error(`nginx.conf says no more: ${missing.join(', ')}`)
  // All at once: what has been put in may look like something to be replaced.
  const any = new RegExp(Object.keys(replacements).join('|').replaceAll('.', '\\.'), 'g')
  const text = original.replaceAll(any, (from) => replacements[from] ?? from)
  const path = join(folder, 'nginx.conf')
  writeFileSync(path, text)
  return path
}

/** A folder with a `tmp` in it. */
export function nginxFolder(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'tmp'))
  return folder
}

// Root's nginx gives its workers to somebody else, who may not be let into the folder that the project is in.
const directives = process.getuid?.() === 0 ? 'daemon off; user root;' : 'daemon off;'

/** Checks the configuration, starts nginx with it, and waits until the port takes connections. */
export async function launchNginx(folder: string, path: string, port: number): Promise<void> {
  const args = ['-p', folder, '-c', path, '-e', 'stderr']
  execFileSync(nginx, ['-t', '-q', ...args], { stdio: 'pipe' })
  const child = spawn(nginx, [...args, '-g', directives], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exit = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exit
  })
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(stderr)
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
  })
}

/** @returns its URL. */
export async function startNginx(bridgeUrl: string) {
  const folder = nginxFolder()
  const port = await freePort()
  const root = join(projectFolder, 'dist/public/load-producer')
  const path = placed(folder, {
    'listen 8088': `listen 127.0.0.1:${port}`,
    'ws-proxy:8765': new URL(bridgeUrl).host,
    '/usr/share/nginx/html': root,
    '/tmp/': `${folder}/tmp/`,
    'access_log /dev/stdout': `access_log ${folder}/tmp/access.log`,
    'worker_processes auto': 'worker_processes 1',
  })
  await launchNginx(folder, path, port)
  return `http://127.0.0.1:${port}`
}
