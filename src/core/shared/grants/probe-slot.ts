// The slot of the one probe of an endpoint that has failed: one worker has it at a time, and for one request.
import type { GrantContext } from './grant-context.ts'
import type { SlotHold } from './slot-hold.ts'

export interface ProbeSlot {
  /** Allows another probe, though the end of the last is not known. */
  begin(): void
  /** Withdraws all slots that are not in use, then gives the one. */
  give(): void
  /** Withdraws the slot where it is not in use, so that the next worker gets it. */
  rotate(): void
}

interface Given {
  readonly hold: SlotHold
  readonly grantSeq: number
}

/** Those with waiting requests first; then those without requests in flight, whose probe is known to have ended when none is. */
const byNeed = (a: SlotHold, b: SlotHold): number =>
  Number(b.waiting > 0) - Number(a.waiting > 0) || a.turn - b.turn || a.inflight - b.inflight

const isTaken = ({ hold, grantSeq }: Given): boolean => hold.takenSeq === grantSeq

/** Whether the worker can send no further probe and has none in flight, as far as is known. */
function isOver(given: Given): boolean {
  const { hold, grantSeq } = given
  if (isTaken(given)) return hold.inflight === 0
  return hold.grantSeq !== grantSeq && !hold.isPending
}

export function createProbeSlot({ holds, free, offer, endTurn }: GrantContext): ProbeSlot {
  let given: Given | undefined
  return {
    begin() {
      if (given && isTaken(given)) given = undefined
    },
    give() {
      if (given && (holds.get(given.hold.holderId) !== given.hold || isOver(given))) given = undefined
      const all = [...holds.values()]
      for (const hold of all) if (hold !== given?.hold) offer(hold, 0)
      if (given || free() < 1 || all.some((hold) => hold.isPending || hold.capacity > 0)) return
      const [next] = all.sort(byNeed)
      if (next === undefined) return
      endTurn(next)
      offer(next, next.inflight + 1, true)
      given = { hold: next, grantSeq: next.grantSeq }
    },
    rotate() {
      if (given && !isTaken(given)) offer(given.hold, 0)
    },
  }
}
