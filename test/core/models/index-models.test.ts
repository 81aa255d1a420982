// The index of models, made and searched in slices.
import { expect, it } from 'vitest'
import { indexModels, searchModels } from '../../../src/core/models/index-models.ts'
import type { Model } from '../../../src/core/models/served-models.ts'
import { SLICE_ITEMS } from '../../../src/core/sort-in-slices.ts'
import { runCounted } from '../../support/run-counted.ts'

it('reads a bounded number of names in each slice, whether many endpoints serve few models or one serves many', () => {
  for (const [endpoints, models] of [
    [1, 50_000],
    [500, 100],
  ] as const) {
    let read = 0
    function* served(endpoint: number): Generator<readonly [string, Model]> {
      for (let n = 0; n < models; n += 1) {
        read += 1
        const id = `model-${(n * 7919) % models}-${endpoint % 2}`
        yield [id, { id, max_model_len: 1000 - endpoint }]
      }
    }
    const fleet = Array.from({ length: endpoints }, (_, n) => ({ id: n + 1, models: served(n + 1) }))
    const { result, most } = runCounted(indexModels(fleet), () => read)
    expect(most).toBeLessThanOrEqual(SLICE_ITEMS)
    const names = result.map(({ model }) => model.id)
    expect(names).toEqual([...new Set(names)].sort())
    expect(result[0]?.endpointIds).toHaveLength(endpoints === 1 ? 1 : endpoints / 2)
    expect(
      result.every(({ model, endpointIds }) => model.max_model_len === 1000 - (endpointIds.at(-1) ?? 0)),
    ).toBe(true)
  }
})

it('is searched in any case, with a bounded number of names in each slice', () => {
  let read = 0
  const models = Array.from({ length: 20_000 }, (_, n) => ({
    model: {
      get id() {
        read += 1
        return `Model-${n}`
      },
    },
    endpointIds: [1],
  }))
  const { result, most } = runCounted(searchModels(models, 'mODEL-1999'), () => read)
  expect(most).toBeLessThanOrEqual(SLICE_ITEMS)
  expect(result.map(({ model }) => model.id)).toEqual(
    [1999, 19990, 19991, 19992, 19993, 19994, 19995, 19996, 19997, 19998, 19999].map((n) => `Model-${n}`),
  )
})
