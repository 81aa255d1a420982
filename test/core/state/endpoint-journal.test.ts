import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createEndpointJournal } from '../../../src/core/state/endpoint-journal.ts'

const endpoint = fc.nat(3)
type Step = { readonly note: number } | { readonly look: true }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: endpoint.map((note) => ({ note })) },
  { weight: 1, arbitrary: fc.constant({ look: true } as const) },
)

it('visits each endpoint that has changed since its reader looked last, and no other', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const journal = createEndpointJournal<number>()
      let position = journal.position()
      let changed = new Set<number>()
      for (const each of [...steps, { look: true } satisfies Step]) {
        if ('note' in each) {
          journal.note(each.note)
          changed.add(each.note)
          continue
        }
        const visited = new Set<number>()
        expect(journal.visitSince(position, (one) => void visited.add(one))).toBe(true)
        expect(visited).toEqual(changed)
        position = journal.position()
        changed = new Set()
      }
    }),
  )
})

it('keeps one change of an endpoint for several in a row that none has read between', () => {
  const journal = createEndpointJournal<number>()
  const start = journal.position()
  for (let n = 0; n < 5; n += 1) journal.note(1)
  const visited: number[] = []
  journal.visitSince(start, (one) => void visited.push(one))
  expect(visited).toEqual([1])
  expect(journal.position()).toBe(start + 1)
})

it('tells a reader that 1,024 changes are too old, and that any endpoint may have changed', () => {
  const journal = createEndpointJournal<number>()
  const start = journal.position()
  const visited: number[] = []
  const look = (): boolean => journal.visitSince(start, (one) => void visited.push(one))
  for (let n = 0; n < 1_024; n += 1) journal.note(n)
  expect(look()).toBe(true)
  expect(visited).toEqual(Array.from({ length: 1_024 }, (_, n) => n))
  visited.length = 0
  journal.note(-1)
  expect(look()).toBe(false)
  expect(visited).toEqual([])

  const later = journal.position()
  journal.noteAll()
  expect(journal.visitSince(later, (one) => void visited.push(one))).toBe(false)
  expect(visited).toEqual([])
})
