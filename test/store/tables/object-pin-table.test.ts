import { describe, expect, it } from 'vitest'
import { endpointValues, openRaw, temporaryPath, temporaryStore } from '../temporary-store.ts'

const pinOf = (objectId: string, expiresAtMs: number, endpointId = 1, blockId = 1) => ({
  blockId,
  objectId,
  endpointId,
  expiresAtMs,
  countedSoFar: expiresAtMs % 2 === 0 ? undefined : { promptTokens: 0, completionTokens: expiresAtMs },
})

describe('the pins of objects in the store', () => {
  it('are read back, the oldest first, until they expire', async () => {
    const store = await temporaryStore()
    const [a, b, c] = [pinOf('a', 30), pinOf('b', 20, 2), pinOf('a', 25, 1, 2)]
    await store.writeObjectPins({ written: [a, b, c], removed: [] })
    expect(await store.readObjectPins(0)).toEqual([b, c, a])
    expect(await store.readObjectPins(20)).toEqual([c, a])
  })

  it('are changed and removed by block and id, in lists of any length', async () => {
    const store = await temporaryStore()
    const many = Array.from({ length: 1201 }, (_, index) => pinOf(`id-${index}`, 1000 + index))
    await store.writeObjectPins({ written: many, removed: [] })
    const moved = pinOf('id-0', 5000, 3)
    await store.writeObjectPins({ written: [moved], removed: many.slice(1, 1200) })
    expect(await store.readObjectPins(0)).toEqual([many[1200], moved])
    await store.writeObjectPins({ written: [], removed: [{ blockId: 2, objectId: 'id-0' }] })
    expect(await store.readObjectPins(0)).toHaveLength(2)
  })

  it('are purged where they have expired, or their endpoint is gone for good', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    const { id } = await store.transaction((tx) => tx.endpoints.insert(endpointValues('e')))
    await store.writeObjectPins({
      written: [pinOf('old', 10, id), pinOf('kept', 30, id), pinOf('orphan', 30, id + 1)],
      removed: [],
    })
    await store.purgeDeleted(10)
    expect(openRaw(path).prepare('select object_id from object_pins').pluck().all()).toEqual(['kept'])
  })
})
