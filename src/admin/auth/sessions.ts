// Starts, prolongs and ends sessions, and notifies watchers when a session ends.
import type { SetTimer } from '../../core/timer.ts'
import type { Session, SessionSigner } from './session-signer.ts'

export interface Sessions {
  start(): Session
  isAlive(session: Session): boolean
  /** @returns the session with a later end if it is in the last half of its life, otherwise the same object. */
  prolong(session: Session): Session
  /** Ends the session at once. Resolves when the end is stored and survives a restart. */
  end(session: Session): Promise<void>
  /** Calls back once when the session has ended, by sign-out or by time. @returns a function that stops watching. */
  watch(session: Session, onEnd: () => void): () => void
}

/** Stores which sessions have ended, so that they stay ended after a restart. */
export interface EndedSessions {
  /** Ids of the sessions that had ended when the process started. */
  readonly known: readonly string[]
  /** @param untilMs - when its last cookie expires, in milliseconds since the epoch. */
  add(id: string, untilMs: number): Promise<void>
}

interface SessionsOptions {
  readonly signer: Pick<SessionSigner, 'newId'>
  readonly endedSessions: EndedSessions
  readonly lengthMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** @returns a function that cancels the timer. */
  readonly setTimer: SetTimer
}

interface Watch {
  expiresAtMs: number
  readonly listeners: Set<() => void>
  cancel: () => void
}

const MAX_ENDED = 100_000
// The clocks of two replicas may differ by this much.
const CLOCK_SKEW_MS = 60_000
// Node's timers hold at most 24 days; a longer wait is split.
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
      // The same function may be added twice, so each call gets a listener of its own.
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

/** The newest ids. Unlike an LRU cache it takes no memory, and no time at the start, for those that it does not hold. */
function createNewest(most: number) {
  const ids = new Set<string>()
  return {
    has: (id: string): boolean => ids.has(id),
    add(id: string): void {
      ids.delete(id)
      ids.add(id)
      const [oldest] = ids
      if (ids.size > most && oldest !== undefined) ids.delete(oldest)
    },
  }
}

export function createSessions(options: SessionsOptions): Sessions {
  const { signer, endedSessions, lengthMs, now } = options
  // Ids only, without end times: a prolonged cookie with a later end may still arrive.
  const ended = createNewest(MAX_ENDED)
  for (const id of endedSessions.known) ended.add(id)
  const watches = createWatches(options)
  const isAlive = ({ id, expiresAtMs }: Session): boolean => {
    const leftMs = expiresAtMs - now()
    // A session that ends later than this was signed when sessions were configured to last longer.
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
      ended.add(id)
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
