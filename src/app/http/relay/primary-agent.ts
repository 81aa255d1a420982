// The connections of a worker to the primary's private listener.
import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'

type Done = (error: Error | null, socket?: Socket) => void

const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 500

/** A Unix socket refuses at once what exceeds its backlog, where one of TCP would let it wait: it is tried again. */
function connectPatiently(path: string, pauseMs: number, done: Done): void {
  const socket = connect({ path })
  const fail = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EAGAIN') return done(error)
    setTimeout(connectPatiently, pauseMs, path, Math.min(LONGEST_PAUSE_MS, 2 * pauseMs), done)
  }
  socket.once('error', fail)
  socket.once('connect', () => {
    socket.off('error', fail)
    done(null, socket)
  })
}

/** Keeps its connections: the primary never closes one that is idle, so that no request meets its end. */
export function createPrimaryAgent(socketPath: string): Agent {
  const agent = new Agent({ keepAlive: true })
  agent.createConnection = (_options, done) => {
    if (done) connectPatiently(socketPath, FIRST_PAUSE_MS, done as Done)
    return undefined
  }
  return agent
}
