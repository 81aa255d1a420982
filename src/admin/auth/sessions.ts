// The life of sessions: they begin, are prolonged while they are used, and end; who watches one is told of its end.
import type { SetTimer } from '../../core/timer.ts'
import { LRUCache } from 'lru-cache'
import type { Session, SessionSigner } from './session-signer.ts'

export interface Sessions {
  start(): Session
  isAlive(session: Session): boolean
  /** @returns the session with a new end where it is in the last half of its life, else the very same. */
  prolong(session: Session): Session
  /** At once; resolves when that will outlive the process. */
  end(session: Session): Promise<void>
  /** Calls back once when the session has ended, by sign-out or by time. @returns what stops watching. */
  watch(session: Session, onEnd: () => void): () => void
}

/** What keeps sessions ended where the process starts again. */
export interface EndedSessions {
  /** Ids of those that were ended before. */
  readonly known: readonly string[]
  /** @param untilMs - from then on no cookie of it is valid; since the epoch. */
  add(id: string, untilMs: number): Promise<void>
}

interface SessionsOptions {
  readonly signer: Pick<SessionSigner, 'newId'>
  readonly endedSessions: EndedSessions
  readonly lengthMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** @returns what cancels it. */
  readonly setTimer: SetTimer
}

interface Watch {
  expiresAtMs: number
  readonly listeners: Set<() => void>
  cancel: () => void
}

const MAX_ENDED = 100_000
// Of the clocks of two replicas.
const CLOCK_SKEW_MS = 60_000
// Timers of Node take no more than 24 days.
const MAX_TIMER_MS = 86_400_000

function createWatches({ now, setTimer }: SessionsOptions) {
  const watches = new Map<string, Watch>()

  const remove = (id: string, watch: Watch): void => {
    watch.cancel()
    if (watches.get(id) === watch) watches.delete(id)
  }
  const end = (id: string): void => {
    const watch = watches.get(id)
    if (watch === undefined) return
    remove(id, watch)
    for (const listener of watch.listeners) listener()
  }
  const arm = (id: string, watch: Watch): void => {
    const leftMs = Math.max(0, watch.expiresAtMs - now())
    watch.cancel = setTimer(
      () => (watch.expiresAtMs > now() ? arm(id, watch) : end(id)),
      Math.min(leftMs, MAX_TIMER_MS),
    )
  }

  return {
    end,
    prolong({ id, expiresAtMs }: Session): void {
      const watch = watches.get(id)
      if (watch) watch.expiresAtMs = Math.max(watch.expiresAtMs, expiresAtMs)
    },
    add({ id, expiresAtMs }: Session, onEnd: () => void): () => void {
      // One and the same function may be given twice.
      const listener = (): void => onEnd()
      let watch = watches.get(id)
      if (watch === undefined) {
        watch = { expiresAtMs, listeners: new Set(), cancel: () => undefined }
        watches.set(id, watch)
        arm(id, watch)
      }
      const own = watch
      own.listeners.add(listener)
      return () => {
        own.listeners.delete(listener)
        if (own.listeners.size === 0) remove(id, own)
      }
    },
  }
}

export function createSessions(options: SessionsOptions): Sessions {
  const { signer, endedSessions, lengthMs, now } = options
  // Without their ends: a cookie of a later end may be on its way.
  const ended = new LRUCache<string, true>({ max: MAX_ENDED })
  for (const id of endedSessions.known) ended.set(id, true)
  const watches = createWatches(options)
  const isAlive = ({ id, expiresAtMs }: Session): boolean => {
    const leftMs = expiresAtMs - now()
    // One that would live too long is of a time when sessions were longer.
    return leftMs > 0 && leftMs <= lengthMs + CLOCK_SKEW_MS && !ended.has(id)
  }

  return {
    start: () => ({ id: signer.newId(), expiresAtMs: now() + lengthMs }),
    isAlive,
    prolong(session) {
      if (session.expiresAtMs - now() > lengthMs / 2) return session
      const prolonged = { ...session, expiresAtMs: now() + lengthMs }
      watches.prolong(prolonged)
      return prolonged
    },
    end({ id }) {
      ended.set(id, true)
      watches.end(id)
      return endedSessions.add(id, now() + lengthMs + CLOCK_SKEW_MS)
    },
    watch(session, onEnd) {
      if (isAlive(session)) return watches.add(session, onEnd)
      onEnd()
      return () => undefined
    },
  }
}
