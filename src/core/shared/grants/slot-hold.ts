// What the primary knows of the slots of one endpoint at one worker.
import type { SlotReport } from '../slot-messages.ts'

export interface SlotHold {
  readonly holderId: number
  /** Of the last grant sent; at most one is unconfirmed at a time. */
  grantSeq: number
  /** The capacity of the last grant sent. */
  granted: number
  isSingle: boolean
  isPending: boolean
  /** Of the last report, with what it told. */
  reportSeq: number
  takenSeq: number
  capacity: number
  inflight: number
  waiting: number
  isOwed: boolean
  /** When it last had its turn: among workers that wait, the one with the lowest is next. */
  turn: number
}

export const newHold = (holderId: number): SlotHold => ({
  holderId,
  grantSeq: 0,
  granted: 0,
  isSingle: false,
  isPending: false,
  reportSeq: 0,
  takenSeq: 0,
  capacity: 0,
  inflight: 0,
  waiting: 0,
  isOwed: false,
  turn: 0,
})

/** The most slots that the worker may have taken now or may take before it applies another grant. */
export const heldBy = ({ capacity, inflight, isPending, granted }: SlotHold): number =>
  Math.max(capacity, inflight, isPending ? granted : 0)

/** The slots that it will hold once it has applied the last grant, as far as is known. */
export const expectedOf = (hold: SlotHold): number =>
  hold.isPending ? Math.max(hold.granted, hold.inflight) : heldBy(hold)

/** @returns whether the report was news. */
export function applyReport(hold: SlotHold, report: SlotReport): boolean {
  if (report.seq <= hold.reportSeq) return false
  hold.reportSeq = report.seq
  hold.takenSeq = report.takenSeq
  hold.capacity = report.capacity
  hold.inflight = report.inflight
  hold.waiting = report.waiting
  hold.isOwed = report.isOwed
  if (report.grantSeq === hold.grantSeq) hold.isPending = false
  return true
}

/** Guarantees first, then the least recently served, then most waiting. */
export const byTurn = (a: SlotHold, b: SlotHold): number =>
  Number(b.isOwed) - Number(a.isOwed) || a.turn - b.turn || b.waiting - a.waiting
