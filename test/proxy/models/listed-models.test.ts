// Model lists that are kept as they are sent.
import { describe, expect, it } from 'vitest'
import type { Model } from '../../../src/core/models/served-models.ts'
import { SLICE_ITEMS } from '../../../src/core/sort-in-slices.ts'
import {
  createListedModels as createSlicedLists,
  MAX_LISTS,
} from '../../../src/proxy/models/listed-models.ts'
import { runCounted } from '../../support/run-counted.ts'

function createListedModels() {
  const list = createSlicedLists()
  return (...of: Parameters<typeof list>) => runCounted(list(...of), () => 0).result
}

const ANY = { block: undefined, token: null }

/** Models that count how often they are written as JSON. */
function countedModels(...ids: string[]) {
  const counted = { written: 0 }
  const models = ids.map((id): Model => ({
    id,
    toJSON() {
      counted.written += 1
      return { id }
    },
  }))
  return { models, counted }
}

const idsOf = (body: Buffer): string[] =>
  (JSON.parse(body.toString()) as { data: Model[] }).data.map(({ id }) => id)

describe('the list of a client', () => {
  it('is written once, however often it is asked for', () => {
    const list = createListedModels()
    const { models, counted } = countedModels('a', 'b', 'c')
    for (let call = 0; call < 100; call += 1)
      expect(idsOf(list('1/', models, ANY).body)).toEqual(['a', 'b', 'c'])
    expect(counted.written).toBe(3)
  })

  it('is written in slices with a bounded number of models', () => {
    const ids = Array.from({ length: 3 * SLICE_ITEMS + 1 }, (_, n) => `m-${n}`)
    const { models, counted } = countedModels(...ids)
    const { result, most } = runCounted(createSlicedLists()('1/', models, ANY), () => counted.written)
    expect(idsOf(result.body)).toEqual(ids)
    expect(most).toBe(SLICE_ITEMS)
  })

  it('is written anew once the models, or those that its block or its token may use, have changed', () => {
    const list = createListedModels()
    const { models } = countedModels('a', 'b', 'c')
    const idsFor = (block: string[], token: string[], from = models): string[] => {
      const { body, models: allowed } = list('1/1', from, {
        block: { allowedModels: block },
        token: { allowedModels: token },
      })
      expect(allowed.map(({ id }) => id)).toEqual(idsOf(body))
      return idsOf(body)
    }
    expect(idsFor([], [])).toEqual(['a', 'b', 'c'])
    expect(idsFor(['a', 'b'], [])).toEqual(['a', 'b'])
    expect(idsFor(['a', 'b'], ['b', 'c'])).toEqual(['b'])
    expect(idsFor(['a', 'b'], ['b', 'c'], countedModels('b', 'd').models)).toEqual(['b'])
    expect(idsFor([], ['d'], countedModels('b', 'd').models)).toEqual(['d'])
  })

  it('is its own, and is dropped where so many others have been asked for since', () => {
    const list = createListedModels()
    const { models, counted } = countedModels('a', 'b')
    const listFor = (n: number): string[] =>
      idsOf(
        list(`1/${n}`, models, { block: undefined, token: { allowedModels: n === 0 ? ['a'] : ['b'] } }).body,
      )
    expect(listFor(0)).toEqual(['a'])
    for (let n = 1; n <= MAX_LISTS; n += 1) expect(listFor(n)).toEqual(['b'])
    expect(counted.written).toBe(MAX_LISTS + 1)
    expect(listFor(0)).toEqual(['a'])
    expect(counted.written).toBe(MAX_LISTS + 2)
  })
})
