// Finds the worker processes of a daemon, and which of them holds a connection, as Linux tells it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { waitFor, type Daemon } from '../../support/daemon-process.ts'

/** A socket of a client. */
type ClientEnd = { readonly localPort?: number | undefined }

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

/** The inodes of the server's ends of connections, by the clients' ports; without those that it has not accepted. */
function serverInodes(serverPort: number): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  const ending = `:${hex(serverPort)}`
  for (const row of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local = '', remote = '', , , , , , , inode = '0'] = row.trim().split(/\s+/)
    if (local.endsWith(ending) && inode !== '0')
      found.set(Number.parseInt(remote.slice(remote.indexOf(':') + 1), 16), inode)
  }
  return found
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

/**
 * The process ids of the workers, or of the one process, that have the other ends of the clients' sockets, in their order, once
 * each has one.
 */
export const workersOf = (daemon: Daemon, sockets: readonly ClientEnd[]): Promise<number[]> =>
  waitFor(`workers with ${sockets.length} connections`, () => {
    const inodes = serverInodes(daemon.port)
    // The primary holds it too, until the worker has confirmed it.
    const workers = workerPids(daemon)
    const holders = new Map<string, number>()
    for (const pid of workers.length > 0 ? workers : [daemon.pid])
      for (const link of links(pid)) holders.set(link, pid)
    const pids = sockets.flatMap(
      ({ localPort = 0 }) => holders.get(`socket:[${inodes.get(localPort) ?? ''}]`) ?? [],
    )
    return pids.length === sockets.length ? pids : undefined
  })

/** The same of one socket. */
export async function workerOf(daemon: Daemon, socket: ClientEnd): Promise<number> {
  const [pid] = await workersOf(daemon, [socket])
  if (pid === undefined) throw new Error('no worker has the connection')
  return pid
}
