// Connects a worker to the primary's private listener.
import { connect, type Socket } from 'node:net'

type Done = (error: Error | null, socket?: Socket) => void

const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 500

/** A Unix socket refuses at once what exceeds its backlog, where one of TCP would let it wait: it is tried again. */
export function connectToPrimary(path: string, done: Done, pauseMs = FIRST_PAUSE_MS): void {
  const socket = connect({ path })
  const fail = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EAGAIN') return done(error)
    setTimeout(connectToPrimary, pauseMs, path, done, Math.min(LONGEST_PAUSE_MS, 2 * pauseMs))
  }
  socket.once('error', fail)
  socket.once('connect', () => {
    socket.off('error', fail)
    done(null, socket)
  })
}
