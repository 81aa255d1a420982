import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findById } from '../../../src/core/state/configuration.ts'
import { applyEdits } from '../../../src/store/tables/configuration-memo.ts'

interface Item {
  readonly id: number
  readonly text: string
}

const id = fc.integer({ min: 1, max: 30 })
const items = fc
  .uniqueArray(id)
  .map((ids) => ids.sort((a, b) => a - b).map((one): Item => ({ id: one, text: 'old' })))
const edits = fc
  .array(fc.tuple(id, fc.option(fc.constantFrom('new', 'newer'), { nil: undefined })))
  .map((list) => list.map(([one, text]) => [one, text && { id: one, text }] as [number, Item | undefined]))

describe('edits of a list', () => {
  it('give the same list as single writes', () => {
    fc.assert(
      fc.property(items, edits, (list, written) => {
        const model = new Map(list.map((item) => [item.id, item]))
        for (const [one, item] of written)
          if (item) model.set(one, item)
          else model.delete(one)
        const pending = new Map(written)
        const folded = applyEdits(list, pending)
        expect(folded).toEqual([...model.values()].sort((a, b) => a.id - b.id))
        expect(pending.size).toBe(0)
        for (let one = 0; one <= 31; one += 1) expect(findById(folded ?? [], one)).toEqual(model.get(one))
      }),
    )
  })

  it('leave a list without edits the same object, and a list that is not loaded absent', () => {
    const list = [{ id: 1 }]
    expect(applyEdits(list, new Map())).toBe(list)
    expect(applyEdits<Item>(undefined, new Map([[1, { id: 1, text: 'new' }]]))).toBeUndefined()
  })
})
