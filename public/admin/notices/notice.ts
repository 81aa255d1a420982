/** What has happened while the page was open, newest first: troubles that began and ended, changes by others, restarts. */
import type { NodeRef } from '../state/node-ref.ts'

type NoticeKind = 'began' | 'worse' | 'ended' | 'change' | 'restart'

export interface NewNotice {
  readonly kind: NoticeKind
  readonly tone: 'bad' | 'warn' | 'ok' | 'info'
  readonly text: string
  /** What it leads to. */
  readonly target: NodeRef | undefined
  /** Whether it is of something that was there before the page looked: it counts as read. */
  readonly isOld?: boolean
}

export interface Notice extends NewNotice {
  readonly id: number
  /** In ms since the epoch. */
  readonly atMs: number
}

export interface Notices {
  /** Newest first. */
  readonly list: readonly Notice[]
  readonly unread: number
  readonly lastId: number
}

export const MAX_NOTICES = 100

export const NO_NOTICES: Notices = { list: [], unread: 0, lastId: 0 }

export function addNotices(
  { list, unread, lastId }: Notices,
  added: readonly NewNotice[],
  atMs: number,
): Notices {
  const numbered = added.map((notice, index) => ({ ...notice, id: lastId + index + 1, atMs }))
  return {
    list: [...numbered.toReversed(), ...list].slice(0, MAX_NOTICES),
    unread: Math.min(MAX_NOTICES, unread + added.filter(({ isOld }) => isOld !== true).length),
    lastId: lastId + added.length,
  }
}

/** Troubles call for an operator; what others do, and what is over, does not. */
export const isAlarming = ({ kind, isOld }: NewNotice): boolean =>
  (kind === 'began' || kind === 'worse') && isOld !== true
