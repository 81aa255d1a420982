// The slots of one endpoint as granted to this worker.
import { isFull, type EndpointSlots } from '../slots.ts'
import type { SlotGrant, SlotReport } from '../slot-messages.ts'

type Content = Omit<SlotReport, 'seq'>

export interface GrantedEntry {
  readonly endpointId: number
  /** undefined until the endpoint is configured here. */
  slots: EndpointSlots | undefined
  limit: number
  grantSeq: number
  granted: number
  /** Whether the room of a single grant is not taken yet. */
  isSingle: boolean
  takenSeq: number
  waiting: number
  /** Whether requests went elsewhere for want of a slot. */
  isMissed: boolean
  /** Whether requests wait although there was room: they wait for something else. */
  isUnusable: boolean
  /** What the primary was told last. */
  reported: Content
  isRepeatDue: boolean
}

export const newEntry = (endpointId: number): GrantedEntry => ({
  endpointId,
  slots: undefined,
  limit: Infinity,
  grantSeq: 0,
  granted: 0,
  isSingle: false,
  takenSeq: 0,
  waiting: 0,
  isMissed: false,
  isUnusable: false,
  reported: { endpointId, grantSeq: 0, takenSeq: 0, capacity: 0, inflight: 0, waiting: 0, isOwed: false },
  isRepeatDue: false,
})

const inflightOf = ({ slots }: GrantedEntry): number => slots?.inflight ?? 0

export const hasRoom = ({ slots }: GrantedEntry): boolean => slots !== undefined && !isFull(slots)

/** Whether any slot that is taken or released may have to be reported. */
export const isWatched = ({ waiting, isMissed, isSingle }: GrantedEntry): boolean =>
  waiting > 0 || isMissed || isSingle

export function applyCapacity({ slots, granted, limit }: GrantedEntry): void {
  if (slots) slots.capacity = Math.min(granted, limit)
}

export function applyGrant(entry: GrantedEntry, { seq, capacity, isSingle }: SlotGrant): void {
  entry.grantSeq = seq
  entry.isSingle = isSingle
  entry.granted = isSingle ? Math.min(capacity, inflightOf(entry) + 1) : capacity
  applyCapacity(entry)
}

/** To be called when a slot has been taken. */
export function applyTake(entry: GrantedEntry): void {
  entry.isUnusable = entry.isMissed = false
  if (!entry.isSingle) return
  entry.isSingle = false
  entry.takenSeq = entry.grantSeq
  entry.granted = 0
  applyCapacity(entry)
}

/** To be called when a slot has been released. */
export function applyRelease(entry: GrantedEntry): void {
  if (!entry.isSingle) return
  // The room stays that for one request.
  entry.granted = Math.min(entry.granted, inflightOf(entry) + 1)
  applyCapacity(entry)
}

function demandOf(entry: GrantedEntry): number {
  if (hasRoom(entry)) return 0
  const waiting = entry.isUnusable ? 0 : entry.waiting
  return Math.max(waiting, Number(entry.isMissed))
}

/** Whether one of the requests that wait for the endpoint is of a client token that has had less than it is guaranteed. */
export type IsOwed = (endpointId: number) => boolean

function contentOf(entry: GrantedEntry, isOwed: IsOwed): Content {
  const waiting = demandOf(entry)
  return {
    endpointId: entry.endpointId,
    grantSeq: entry.grantSeq,
    takenSeq: entry.takenSeq,
    capacity: entry.granted,
    inflight: inflightOf(entry),
    waiting,
    isOwed: waiting > 0 && isOwed(entry.endpointId),
  }
}

const heldIn = ({ capacity, inflight }: Content): number => Math.max(capacity, inflight)

/** Whether the primary does something about what has changed: twice the waiting requests matter, one more does not. */
const isNews = (before: Content, now: Content): boolean =>
  now.grantSeq !== before.grantSeq ||
  heldIn(now) < heldIn(before) ||
  now.waiting > 0 !== before.waiting > 0 ||
  now.isOwed !== before.isOwed ||
  (now.waiting > 0 && now.waiting >= 2 * before.waiting)

/** @returns what is to be reported; undefined where that is nothing. */
export function takeNews(entry: GrantedEntry, isOwed: IsOwed): Content | undefined {
  if (hasRoom(entry)) {
    entry.isMissed = false
    entry.isUnusable = entry.waiting > 0
  }
  const content = contentOf(entry, isOwed)
  if (!entry.isRepeatDue && !isNews(entry.reported, content)) return undefined
  entry.isRepeatDue = false
  entry.reported = content
  return content
}
