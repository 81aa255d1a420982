import fc from 'fast-check'
import { expect, it } from 'vitest'
import { append, nodesOf, unlink, type LinkedList, type ListNode } from '../../src/core/linked-list.ts'

interface Item extends ListNode<Item> {
  readonly name: number
}

it('a linked list holds what an array would, in its order, whatever is added and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), (names) => {
      const list: LinkedList<Item> = { first: undefined, last: undefined }
      const items = Array.from({ length: 10 }, (_, name): Item => ({
        name,
        previous: undefined,
        next: undefined,
      }))
      let kept: number[] = []
      // A name that is in the list leaves it, and is removed once more, which does nothing.
      for (const name of names) {
        const item = items[name] as Item
        if (kept.includes(name)) {
          unlink(list, item)
          unlink(list, item)
          kept = kept.filter((each) => each !== name)
        } else {
          append(list, item)
          kept = [...kept, name]
        }
        expect(nodesOf(list).map((each) => each.name)).toEqual(kept)
        expect(list.last?.name).toBe(kept.at(-1))
        expect(list.last?.next).toBeUndefined()
        const backwards: number[] = []
        for (let node = list.last; node; node = node.previous) backwards.unshift(node.name)
        expect(backwards).toEqual(kept)
      }
    }),
  )
})
