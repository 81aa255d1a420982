// Starts nginx, if it is installed, as the lower bound of a proxy in C.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { follow, type Measured } from './processes.ts'

const POLL_MS = 20
const POLLS = 250

// One process without a master, so that its CPU time and memory are all there is.
const configuration = (port: number, upstreamPort: number): string => `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr crit;
worker_rlimit_nofile 20000;
events { worker_connections 16384; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 1000000;
  upstream backend {
    server 127.0.0.1:${upstreamPort};
    keepalive 512;
    keepalive_requests 1000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`

/** nginx takes no port 0 that it would tell us of. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

export const isNginxInstalled = (): boolean => spawnSync('nginx', ['-v']).status === 0

/** @param folder - a folder of its own is made in it, for its configuration and temporary files. */
export async function startNginx(folder: string, upstreamPort: number): Promise<Measured> {
  const port = await findFreePort()
  const prefix = mkdtempSync(join(folder, 'nginx-'))
  writeFileSync(join(prefix, 'nginx.conf'), configuration(port, upstreamPort))
  const child = spawn('nginx', ['-p', prefix, '-c', 'nginx.conf'], { stdio: 'ignore' })
  const ends = follow(child)
  for (let poll = 0; !(await isOpen(port)); poll += 1) {
    if (poll === POLLS || child.exitCode !== null) throw new Error('nginx does not listen')
    await delay(POLL_MS)
  }
  return {
    port,
    pid: child.pid ?? 0,
    line: '',
    ...ends,
  }
}
