// The holds of all workers on one endpoint, and their sum.
import { applyReport, heldBy, newHold, type SlotHold } from './slot-hold.ts'
import type { SlotReport } from '../slot-messages.ts'

/** Sends a grant. @returns its sequence number. */
export type SendGrant = (holderId: number, capacity: number, isSingle: boolean) => number

export interface GrantContext {
  limit: number
  readonly holds: ReadonlyMap<number, SlotHold>
  /** Slots that no worker holds; negative where the limit was lowered below what is held. */
  free(): number
  /** Changes the capacity of a worker, as far as there are free slots and it has confirmed its last grant. */
  offer(hold: SlotHold, capacity: number, isSingle?: boolean): void
  /** To be called when the worker has had its turn. */
  endTurn(hold: SlotHold): void
  /** @returns whether this worker was unknown. */
  add(holderId: number): boolean
  /** @returns whether this worker was known. */
  remove(holderId: number): boolean
  /** @returns whether the report was news. */
  report(holderId: number, report: SlotReport): boolean
}

export function createGrantContext(send: SendGrant): GrantContext {
  const holds = new Map<number, SlotHold>()
  let held = 0
  let turns = 0

  const change = <T>(hold: SlotHold, apply: () => T): T => {
    held -= heldBy(hold)
    const result = apply()
    held += heldBy(hold)
    return result
  }

  const context: GrantContext = {
    limit: 0,
    holds,
    free: () => context.limit - held,
    offer(hold, wanted, isSingle = false) {
      if (hold.isPending) return
      const free = context.free()
      // What is known of its requests in flight may be out of date, so beyond the limit no capacity grows up to them.
      const capacity = Math.min(wanted, free < 0 ? hold.capacity : heldBy(hold) + free)
      if (capacity === hold.capacity) return
      change(hold, () => Object.assign(hold, { granted: capacity, isSingle, isPending: true }))
      hold.grantSeq = send(hold.holderId, capacity, isSingle)
    },
    endTurn: (hold) => void (hold.turn = turns += 1),
    add(holderId) {
      if (holds.has(holderId)) return false
      holds.set(holderId, newHold(holderId))
      return true
    },
    remove(holderId) {
      const hold = holds.get(holderId)
      if (hold) held -= heldBy(hold)
      return holds.delete(holderId)
    },
    report(holderId, report) {
      const hold = holds.get(holderId)
      return hold !== undefined && change(hold, () => applyReport(hold, report))
    },
  }
  return context
}
