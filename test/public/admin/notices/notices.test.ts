/** Which notices follow from what happens, and how many are kept. */
import { describe, expect, it } from 'vitest'
import { auditNotices } from '../../../../public/admin/notices/audit-notices.ts'
import {
  addNotices,
  isAlarming,
  MAX_NOTICES,
  NO_NOTICES,
  type NewNotice,
} from '../../../../public/admin/notices/notice.ts'
import { troubleNotices } from '../../../../public/admin/notices/trouble-notices.ts'
import type { TrackedTrouble } from '../../../../public/admin/troubles/track-troubles.ts'
import type { AuditEntry } from '../../../../src/contract/audit.ts'
import { state } from '../troubles/some-facts.ts'

const tracked = (id: string, values: Partial<TrackedTrouble> = {}): TrackedTrouble => ({
  id,
  severity: 'warn',
  subject: id,
  words: 'is slow to begin',
  whenOver: 'is over',
  forMs: undefined,
  hits: [],
  target: { kind: 'endpoint', id: 1 },
  actions: [],
  sinceMs: 1_000,
  mayBeOlder: false,
  over: undefined,
  ...values,
})

const summed = (notices: readonly NewNotice[]) => notices.map(({ kind, tone, text }) => [kind, tone, text])

describe('a trouble', () => {
  it('is a notice when it begins, when it becomes bad, and when it is over for good', () => {
    const begun = [tracked('a')]
    expect(summed(troubleNotices([], begun, false))).toEqual([['began', 'warn', 'a is slow to begin']])
    expect(troubleNotices(begun, begun, false)).toEqual([])
    const worse = [tracked('a', { severity: 'bad', words: 'gives no first byte' })]
    expect(summed(troubleNotices(begun, worse, false))).toEqual([['worse', 'bad', 'a gives no first byte']])
    expect(troubleNotices(worse, begun, false)).toEqual([])
    const over = [tracked('a', { over: { atMs: 181_000, tone: 'ok', words: 'is well again' } })]
    expect(troubleNotices(begun, over, false)).toEqual([])
    expect(summed(troubleNotices(over, [], false))).toEqual([
      ['ended', 'ok', 'a is well again after 3\u202fmin'],
    ])
  })

  it('of which nobody knows whether it is mended is no good news when it is no longer found', () => {
    const words = 'has no new failures; no request has succeeded since'
    const over = [tracked('a', { over: { atMs: 181_000, tone: 'warn', words } })]
    expect(summed(troubleNotices(over, [], false))).toEqual([['ended', 'warn', `a ${words}`]])
  })

  it('that was there before the page looked is shown, but is no news and no alarm', () => {
    const [notice] = troubleNotices([], [tracked('a')], true)
    expect(notice).toMatchObject({ kind: 'began', isOld: true })
    expect(addNotices(NO_NOTICES, notice ? [notice] : [], 5)).toMatchObject({ unread: 0, lastId: 1 })
    expect(notice && isAlarming(notice)).toBe(false)
  })
})

const entry = (id: number, actor: string, values: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  actor,
  at: '2027-01-31T09:12:44.442Z',
  request_id: 'r',
  action: 'endpoint.update',
  object_type: 'endpoint',
  object_id: '2',
  before: {},
  after: {},
  ...values,
})

it('changes by others are notices, those of this session and those before the page looked are not', () => {
  const entries = [entry(9, 'admin:other'), entry(8, 'admin:me'), entry(7, 'script'), entry(6, 'script')]
  expect(auditNotices(entries, undefined, 'admin:me', state)).toEqual([])
  expect(auditNotices(entries, 6, 'admin:me', state)).toEqual([
    {
      kind: 'change',
      tone: 'info',
      text: 'script: update endpoint vllm-2',
      target: { kind: 'endpoint', id: 2 },
    },
    expect.objectContaining({ text: 'admin:other: update endpoint vllm-2' }),
  ])
})

it('the last hundred notices are kept, newest first, and those since the last look are counted', () => {
  const news = (count: number): NewNotice[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: 'change',
      tone: 'info',
      text: `change ${index}`,
      target: undefined,
    }))
  const some = addNotices(NO_NOTICES, news(3), 10)
  expect(some.list.map(({ id, text, atMs }) => [id, text, atMs])).toEqual([
    [3, 'change 2', 10],
    [2, 'change 1', 10],
    [1, 'change 0', 10],
  ])
  expect(some.unread).toBe(3)
  const many = addNotices({ ...some, unread: 0 }, news(MAX_NOTICES), 20)
  expect(many.list).toHaveLength(MAX_NOTICES)
  expect(many.list[0]?.id).toBe(MAX_NOTICES + 3)
  expect(many.unread).toBe(MAX_NOTICES)
})
