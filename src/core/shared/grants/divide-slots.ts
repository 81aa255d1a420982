// The three ways to divide the slots of one endpoint among its workers.
import { fairShares } from './fair-shares.ts'
import type { GrantContext } from './grant-context.ts'
import { byTurn, expectedOf, heldBy, type SlotHold } from './slot-hold.ts'

const sum = (holds: readonly SlotHold[], of: (hold: SlotHold) => number): number =>
  holds.reduce((total, hold) => total + of(hold), 0)

const demandOf = ({ inflight, waiting }: SlotHold): number => inflight + waiting

/** In the order of their turns. */
export const waitingHolds = ({ holds }: GrantContext): SlotHold[] =>
  [...holds.values()].filter(({ waiting }) => waiting > 0).sort(byTurn)

/** Offers each worker an equal share of the slots beyond what it keeps. */
function offerEvenly(
  context: GrantContext,
  holds: readonly SlotHold[],
  slots: number,
  keptBy: (hold: SlotHold) => number,
): void {
  const demands = holds.map(() => Infinity)
  for (const [index, share] of fairShares(slots, demands).entries()) {
    const hold = holds[index] as SlotHold
    context.offer(hold, keptBy(hold) + share)
  }
}

/** Takes from workers without waiting requests what they may not need. */
function withdrawSpare(context: GrantContext, idle: readonly SlotHold[], missing: number): void {
  if (missing <= 0) return
  for (const hold of idle) {
    // With more in flight than its capacity it has no spare slot, and reports each that is freed.
    if (hold.inflight > hold.capacity) continue
    // Half, or as many as are missing, again with each report: one that needs few more keeps some, and none stays idle.
    const kept = Math.min(Math.floor(hold.capacity / 2), hold.capacity - missing)
    context.offer(hold, Math.max(0, kept))
  }
}

/** While there are fewer slots than workers that wait: each slot goes round, for one request at a time. */
function offerSingly(context: GrantContext, waiting: readonly SlotHold[], slots: number): void {
  for (const [index, hold] of waiting.entries()) {
    if (hold.capacity > 0) context.offer(hold, 0)
    else if (index < slots && heldBy(hold) === 0 && context.free() > 0) {
      context.endTurn(hold)
      context.offer(hold, 1, true)
    }
  }
}

/** Offers each worker its demand, or an equal share of what the others leave. */
function offerShares(context: GrantContext, holds: readonly SlotHold[], slots: number): void {
  for (const [index, share] of fairShares(slots, holds.map(demandOf)).entries())
    context.offer(holds[index] as SlotHold, share)
}

function offerAmong(context: GrantContext, holds: readonly SlotHold[], slots: number): void {
  if (slots < holds.length) offerSingly(context, holds, slots)
  else offerShares(context, holds, slots)
}

/** While requests wait: workers with waiting requests get equal shares of what the others do not use, guarantees first. */
export function shareAmongWaiting(context: GrantContext): void {
  const waiting = waitingHolds(context)
  const idle = [...context.holds.values()].filter((hold) => hold.waiting === 0)
  withdrawSpare(context, idle, sum(waiting, (hold) => hold.waiting) - Math.max(0, context.free()))
  const slots = Math.max(0, context.limit - sum(idle, expectedOf))
  const owed = waiting.filter(({ isOwed }) => isOwed)
  if (owed.length === 0 || slots < owed.length) return offerAmong(context, waiting, slots)
  const others = waiting.filter(({ isOwed }) => !isOwed)
  const owedSlots = others.length === 0 ? slots : Math.min(slots, sum(owed, demandOf))
  offerShares(context, owed, owedSlots)
  offerAmong(context, others, slots - owedSlots)
}

/** Divides the limit equally. @returns whether it is divided so. */
export function shareEvenly(context: GrantContext): boolean {
  // The remainder stays where it is.
  const holds = [...context.holds.values()].sort((a, b) => b.capacity - a.capacity)
  offerEvenly(context, holds, context.limit, () => 0)
  const most = Math.ceil(context.limit / holds.length)
  const isDivided = (hold: SlotHold): boolean => !hold.isPending && hold.capacity <= most
  return sum(holds, ({ capacity }) => capacity) === context.limit && holds.every(isDivided)
}

/** Divides the free slots equally. */
export function shareFree(context: GrantContext): void {
  if (context.free() <= 0) return
  offerEvenly(context, [...context.holds.values()].sort(byTurn), context.free(), ({ capacity }) => capacity)
}
