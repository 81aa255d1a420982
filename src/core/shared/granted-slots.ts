// Allocates the slots that the primary process has granted to this worker, and reports to it what moves them.
import {
  applyCapacity,
  applyGrant,
  applyRelease,
  applyTake,
  hasRoom,
  isWatched,
  newEntry,
  takeNews,
  type GrantedEntry,
  type IsOwed,
} from './grants/granted-entry.ts'
import type { SlotAllocator } from './slots.ts'
import type { SlotGrant, SlotReport } from './slot-messages.ts'

export interface GrantedSlots extends SlotAllocator {
  /** Applies a grant and serves the queue where it made room. An older one changes nothing; a repeated one is confirmed again. */
  grant(grant: SlotGrant): void
  /** Sets the number of waiting requests that have the endpoint as a candidate. */
  setWaiting(endpointId: number, waiting: number): void
  /** Asks for a slot because a request went to another endpoint, or was refused, for want of one. Forgotten at the next `recheck`. */
  miss(endpointId: number): void
  /**
   * Asks again for slots of endpoints that had room and yet did not serve their waiting requests. To be called every
   * 250 ms or so.
   */
  recheck(): void
  /** Repeats all reports, for a transport that may lose messages. */
  resync(): void
}

interface GrantedSlotsOptions {
  readonly report: (report: SlotReport) => void
  /** Called where a grant has made room. */
  readonly onRoom: (endpointId: number) => void
  /** Default: no client token has a guarantee. */
  readonly isOwed?: IsOwed
  /** Calls back soon, so that one report tells of all that happens until then. */
  readonly defer: (callback: () => void) => void
}

export function createGrantedSlots(options: GrantedSlotsOptions): GrantedSlots {
  const { report, onRoom, defer, isOwed = () => false } = options
  const entries = new Map<number, GrantedEntry>()
  const watched = new Set<GrantedEntry>()
  const touched = new Set<GrantedEntry>()
  let lastSeq = 0

  const entryOf = (endpointId: number): GrantedEntry => {
    const entry = entries.get(endpointId) ?? newEntry(endpointId)
    entries.set(endpointId, entry)
    return entry
  }

  const reportTouched = (): void => {
    const due = [...touched]
    touched.clear()
    for (const entry of due) {
      const news = takeNews(entry, isOwed)
      if (!isWatched(entry)) watched.delete(entry)
      if (news) report({ ...news, seq: (lastSeq += 1) })
    }
  }

  const touch = (entry: GrantedEntry): void => {
    if (touched.size === 0) defer(reportTouched)
    touched.add(entry)
    if (isWatched(entry)) watched.add(entry)
    else watched.delete(entry)
  }

  return {
    setLimit(slots, limit) {
      const entry = entryOf(slots.config.id)
      Object.assign(entry, { slots, limit })
      applyCapacity(entry)
      touch(entry)
    },
    take(slots) {
      slots.inflight += 1
      if (watched.size === 0) return
      const entry = entryOf(slots.config.id)
      if (!watched.has(entry)) return
      applyTake(entry)
      touch(entry)
    },
    release(slots) {
      slots.inflight -= 1
      if (watched.size === 0 && slots.inflight < slots.capacity) return
      const entry = entryOf(slots.config.id)
      applyRelease(entry)
      touch(entry)
    },
    grant(grant) {
      const entry = entryOf(grant.endpointId)
      if (grant.seq > entry.grantSeq) applyGrant(entry, grant)
      entry.isRepeatDue = true
      touch(entry)
      if (hasRoom(entry)) onRoom(grant.endpointId)
    },
    setWaiting(endpointId, waiting) {
      const entry = entryOf(endpointId)
      if (waiting > entry.waiting) entry.isUnusable = false
      entry.waiting = waiting
      touch(entry)
    },
    miss(endpointId) {
      const entry = entryOf(endpointId)
      entry.isMissed = true
      touch(entry)
    },
    recheck() {
      for (const entry of [...watched]) {
        entry.isUnusable = entry.isMissed = false
        touch(entry)
      }
    },
    resync() {
      for (const entry of entries.values()) {
        entry.isRepeatDue = true
        touch(entry)
      }
    },
  }
}
