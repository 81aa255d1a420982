// Divides the slots of one endpoint among the workers. Invariant: what they hold, with grants that they have not confirmed,
// exceeds the limit only where the limit was lowered below it.
import { shareAmongWaiting, shareEvenly, shareFree, waitingHolds } from './divide-slots.ts'
import { createGrantContext, type SendGrant } from './grant-context.ts'
import { createProbeSlot, type ProbeSlot } from './probe-slot.ts'
import { heldBy, type SlotHold } from './slot-hold.ts'
import type { SlotReport } from '../slot-messages.ts'

export interface EndpointGrants {
  setLimit(limit: number): void
  setProbe(isProbing: boolean): void
  addHolder(holderId: number): void
  removeHolder(holderId: number): void
  report(holderId: number, report: SlotReport): void
  /** Passes to the next worker what cannot be divided: the slot of a probe, or the remainder of equal shares. */
  rotate(): void
  /** Whether `rotate` may change anything. */
  needsRotation(): boolean
  /** The grants that have not been confirmed. */
  unconfirmed(): SlotHold[]
  /** Whether the limit is 0 and no worker has a slot or may come to have one. */
  isDrained(): boolean
}

export function createEndpointGrants(send: SendGrant): EndpointGrants {
  const context = createGrantContext(send)
  const { holds } = context
  let probe: ProbeSlot | undefined
  /** Whether equal shares are due, once no request waits. */
  let isUneven = false

  const share = (): void => {
    if (holds.size === 0) return
    if (probe) probe.give()
    else if (waitingHolds(context).length > 0) shareAmongWaiting(context)
    else if (isUneven) isUneven = !shareEvenly(context)
    else shareFree(context)
  }
  const shareAnew = (): void => {
    isUneven = true
    share()
  }

  return {
    setLimit(limit) {
      if (limit === context.limit) return
      context.limit = limit
      shareAnew()
    },
    setProbe(isProbing) {
      if (isProbing) {
        probe ??= createProbeSlot(context)
        probe.begin()
        share()
      } else if (probe) {
        probe = undefined
        shareAnew()
      }
    },
    addHolder(holderId) {
      if (context.add(holderId)) shareAnew()
    },
    removeHolder(holderId) {
      if (context.remove(holderId)) share()
    },
    report(holderId, report) {
      if (context.report(holderId, report)) share()
    },
    rotate() {
      if (probe) return probe.rotate()
      const [first] = waitingHolds(context)
      // One that has nothing yet does not lose its turn.
      if (first === undefined || heldBy(first) === 0) return
      context.endTurn(first)
      share()
    },
    needsRotation: () => (probe ? holds.size > 1 : waitingHolds(context).length > 1),
    unconfirmed: () => [...holds.values()].filter(({ isPending }) => isPending),
    isDrained: () => context.limit === 0 && context.free() === 0,
  }
}
