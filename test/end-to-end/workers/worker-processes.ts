// Finds the worker processes of a daemon, and which of them holds a connection, as Linux tells it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import { waitFor, type Daemon } from '../../support/daemon-process.ts'

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')

/** Ids of the worker processes that run, ascending. */
export function workerPids({ pid }: Pick<Daemon, 'pid'>): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children
    .split(' ')
    .filter((word) => word !== '')
    .map(Number)
    .sort((a, b) => a - b)
}

/** The inode of the server's end of a connection; undefined where it has none. */
function serverInode(serverPort: number, clientPort: number): string | undefined {
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  for (const row of rows) {
    const [, local = '', remote = '', , , , , , , inode] = row.trim().split(/\s+/)
    if (local.endsWith(`:${hex(serverPort)}`) && remote.endsWith(`:${hex(clientPort)}`)) return inode
  }
  return undefined
}

const links = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${name}`)
      } catch {
        return ''
      }
    })
  } catch {
    return []
  }
}

/** The process id of the worker, or of the one process, that has the other end of the client's socket, once one has. */
export const workerOf = (daemon: Daemon, { localPort = 0 }: Socket): Promise<number> =>
  waitFor(`a worker with the connection from port ${localPort}`, () => {
    const inode = serverInode(daemon.port, localPort)
    if (inode === undefined || inode === '0') return undefined
    // The primary holds it too, until the worker has confirmed it.
    const workers = workerPids(daemon)
    const pids = workers.length > 0 ? workers : [daemon.pid]
    return pids.find((pid) => links(pid).includes(`socket:[${inode}]`))
  })
