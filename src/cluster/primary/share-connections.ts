// Shares the clients' connections among the workers: each goes to the worker with the fewest open ones. Node.js's own round robin
// hands the next connection to whichever worker has taken over its last one, so that one worker gets most of those opened at once.
import type { Clock } from '../../core/clock.ts'
import type { SetTimer } from '../../core/timer.ts'
import type { ConnectionHandle } from '../connection-handle.ts'

export interface ConnectionShare<Handle extends ConnectionHandle = ConnectionHandle> {
  /** The worker serves from now on. */
  add(workerId: number): void
  /** The worker is handed no more; it has not ended. */
  leave(workerId: number): void
  /** The worker has ended. */
  remove(workerId: number): void
  offer(connection: Handle): void
  /** The worker has taken over the connection that it was handed. */
  taken(workerId: number): void
  /** A connection of the worker has closed. */
  closed(workerId: number): void
  /** Closes what waits, and every connection offered later. */
  close(): void
}

interface ShareOptions<Handle> {
  readonly clock: Clock
  readonly setTimer: SetTimer
  readonly hand: (workerId: number, connection: Handle) => void
}

interface Member<Handle> {
  readonly id: number
  /** Connections that it was handed and that have not closed. */
  open: number
  /** Not taken over yet; this process's copy is closed once it is, or once the worker has ended. */
  handed: Handle | undefined
  handedMs: number
  /** When it was last handed one: of two with as many, the one with the lower turn is next. */
  turn: number
  isLeaving: boolean
}

/** A worker that takes longer to take over a connection does not hold up the others. */
export const SLOW_MS = 250

export function createConnectionShare<Handle extends ConnectionHandle>({
  clock,
  setTimer,
  hand,
}: ShareOptions<Handle>): ConnectionShare<Handle> {
  const members = new Map<number, Member<Handle>>()
  const waiting: Handle[] = []
  let turns = 0
  let isClosed = false
  let cancelRetry: (() => void) | undefined

  /** @returns undefined where the next connection has to wait. */
  const next = (): Member<Handle> | undefined => {
    const nowMs = clock()
    let best: Member<Handle> | undefined
    for (const member of members.values()) {
      const isSlow = member.handed !== undefined && nowMs - member.handedMs >= SLOW_MS
      if (isSlow || member.isLeaving) continue
      const { open = Infinity, turn = 0 } = best ?? {}
      if (member.open < open || (member.open === open && member.turn < turn)) best = member
    }
    return best?.handed === undefined ? best : undefined
  }

  const dispatch = (): void => {
    cancelRetry?.()
    cancelRetry = undefined
    while (waiting.length > 0) {
      const member = next()
      if (member === undefined) return void (cancelRetry = setTimer(dispatch, SLOW_MS))
      const connection = waiting.shift() as Handle
      member.open += 1
      member.handed = connection
      member.handedMs = clock()
      member.turn = turns += 1
      hand(member.id, connection)
    }
  }

  const change = (workerId: number, apply: (member: Member<Handle>) => void): void => {
    const member = members.get(workerId)
    if (member === undefined) return
    apply(member)
    dispatch()
  }

  return {
    add(id) {
      members.set(id, { id, open: 0, handed: undefined, handedMs: 0, turn: turns, isLeaving: false })
      dispatch()
    },
    leave: (workerId) => change(workerId, (member) => (member.isLeaving = true)),
    remove: (workerId) =>
      change(workerId, ({ handed }) => {
        members.delete(workerId)
        handed?.close()
      }),
    offer(connection) {
      if (isClosed) return connection.close()
      waiting.push(connection)
      dispatch()
    },
    taken: (workerId) =>
      change(workerId, (member) => {
        member.handed?.close()
        member.handed = undefined
      }),
    closed: (workerId) => change(workerId, (member) => (member.open -= 1)),
    close() {
      isClosed = true
      for (const connection of waiting.splice(0)) connection.close()
      cancelRetry?.()
      cancelRetry = undefined
    },
  }
}
