import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createObjectPins, type ObjectPin } from '../../../src/core/pins/object-pins.ts'

const LIFETIME_MS = 1000

function createFixture({ stored = [] as readonly ObjectPin[], maxPins = 3 } = {}) {
  let nowMs = 0
  const pins = createObjectPins({ stored, maxPins, lifetimeMs: LIFETIME_MS, now: () => nowMs })
  return { pins, pass: (ms: number) => void (nowMs += ms) }
}

const keyOf = (objectId: string, blockId = 1) => ({ blockId, objectId })

describe('the pins of objects', () => {
  it('are known to the block for which they were made, and to no other', () => {
    const { pins } = createFixture()
    pins.add(keyOf('resp_1'), 7)
    expect(pins.find(keyOf('resp_1'))).toBe(7)
    expect(pins.find(keyOf('resp_1', 2))).toBeUndefined()
    expect(pins.find(keyOf('resp_2'))).toBeUndefined()
  })

  it('expire a lifetime after they were made, however often they are used', () => {
    const { pins, pass } = createFixture()
    pins.add(keyOf('resp_1'), 7)
    pass(LIFETIME_MS - 1)
    expect(pins.find(keyOf('resp_1'))).toBe(7)
    pins.takeChanges()
    pass(1)
    expect(pins.find(keyOf('resp_1'))).toBeUndefined()
    expect(pins.takeChanges()).toEqual({
      written: [],
      removed: [{ ...keyOf('resp_1'), endpointId: 7, expiresAtMs: LIFETIME_MS }],
    })
  })

  it('give way to newer ones in the order of their use', () => {
    const { pins } = createFixture()
    for (const id of ['a', 'b', 'c']) pins.add(keyOf(id), 1)
    pins.find(keyOf('a'))
    pins.add(keyOf('d'), 1)
    expect(['a', 'b', 'c', 'd'].filter((id) => pins.find(keyOf(id)) === 1)).toEqual(['a', 'c', 'd'])
  })

  it('are not made for ids that cannot stand in a path', () => {
    const { pins } = createFixture()
    for (const id of ['', '..', '.a', 'a/b', 'a b', 'a?b', 'a%2f', 'ä', 'a'.repeat(257)])
      pins.add(keyOf(id), 1)
    expect(pins.takeChanges()).toBeUndefined()
  })

  it('tell once what was counted of an object whose usage was awaited, and store that it was told', () => {
    const { pins } = createFixture()
    const counted = { promptTokens: 3, completionTokens: 0 }
    pins.awaitUsage(keyOf('a'), counted)
    expect(pins.takeChanges()).toBeUndefined()
    pins.add(keyOf('a'), 1)
    expect(pins.takeAwaited(keyOf('a'))).toBeUndefined()
    pins.awaitUsage(keyOf('a'), counted)
    expect(pins.takeChanges()?.written).toMatchObject([{ countedSoFar: counted }])
    expect(pins.takeAwaited(keyOf('a', 2))).toBeUndefined()
    expect(pins.takeAwaited(keyOf('a'))).toEqual(counted)
    expect(pins.takeAwaited(keyOf('a'))).toBeUndefined()
    expect(pins.takeChanges()?.written).toMatchObject([{ countedSoFar: undefined }])
  })

  it('that are stored are never more than allowed, also after the limit was lowered', () => {
    const stored = ['a', 'b', 'c'].map((objectId) => ({ ...keyOf(objectId), endpointId: 1, expiresAtMs: 9 }))
    const { pins } = createFixture({ stored, maxPins: 1 })
    expect(pins.takeChanges()?.removed.map(({ objectId }) => objectId)).toEqual(['a', 'b'])
    expect(pins.find(keyOf('c'))).toBe(1)
  })

  it('are the same once stored, whatever was added, removed, used and not written in between', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), id, endpointId: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constantFrom('remove' as const, 'find' as const), id }),
      fc.record({ kind: fc.constantFrom('write' as const, 'fail' as const, 'pass' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { pins, pass } = createFixture()
        const table = new Map<string, ObjectPin>()
        const write = (): void => {
          const changes = pins.takeChanges()
          for (const { objectId } of changes?.removed ?? []) table.delete(objectId)
          for (const pin of changes?.written ?? []) table.set(pin.objectId, pin)
        }
        for (const each of steps) {
          if (each.kind === 'add') pins.add(keyOf(each.id), each.endpointId)
          else if (each.kind === 'remove') pins.remove(keyOf(each.id))
          else if (each.kind === 'find') pins.find(keyOf(each.id))
          else if (each.kind === 'pass') pass(LIFETIME_MS / 3)
          else if (each.kind === 'write') write()
          else {
            const changes = pins.takeChanges()
            if (changes) pins.putBack(changes)
          }
        }
        write()
        expect(table.size).toBeLessThanOrEqual(3)
        for (const objectId of ['a', 'b', 'c', 'd', 'e']) {
          const endpointId = pins.find(keyOf(objectId))
          if (endpointId !== undefined) expect(table.get(objectId)?.endpointId).toBe(endpointId)
        }
        write()
        expect([...table.keys()].sort()).toEqual(
          ['a', 'b', 'c', 'd', 'e'].filter((objectId) => pins.find(keyOf(objectId)) !== undefined),
        )
      }),
    )
  })
})
