import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auditDiff } from '../../../src/admin/changes/audit-diff.ts'

const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.jsonValue())

describe('the diff of a change', () => {
  it('holds the changed fields and no other, and turns before into after', () => {
    fc.assert(
      fc.property(fields, fields, (before, after) => {
        const diff = auditDiff(before, after)
        for (const name of ['a', 'b', 'c', 'd']) {
          const same = JSON.stringify(before[name]) === JSON.stringify(after[name])
          expect(Object.hasOwn(diff.before ?? {}, name)).toBe(!same)
          expect(Object.hasOwn(diff.after ?? {}, name)).toBe(!same)
          if (!same) expect([diff.before?.[name], diff.after?.[name]]).toEqual([before[name], after[name]])
        }
      }),
    )
  })

  it('holds all fields of a created or deleted object', () => {
    expect(auditDiff(null, { a: 1 })).toEqual({ before: null, after: { a: 1 } })
    expect(auditDiff({ a: 1 }, null)).toEqual({ before: { a: 1 }, after: null })
    expect(auditDiff(null, null)).toEqual({ before: null, after: null })
  })

  it('shows a changed key whose preview is unchanged', () => {
    expect(auditDiff({ api_key: 'sk-a-1-zzzz' }, { api_key: 'sk-a-2-zzzz' })).toEqual({
      before: { api_key: 'sk-a...zzzz' },
      after: { api_key: 'sk-a...zzzz' },
    })
  })
})
