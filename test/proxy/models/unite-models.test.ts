// The union of the model lists of several endpoints.
import { expect, it } from 'vitest'
import { SLICE_ITEMS } from '../../../src/core/sort-in-slices.ts'
import type { Model } from '../../../src/core/models/served-models.ts'
import { createModelUnion, uniteModels } from '../../../src/proxy/models/unite-models.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'
import { runCounted } from '../../support/run-counted.ts'

const MODELS = 3 * SLICE_ITEMS

/** An endpoint with many models that count how often they are read. */
function countedEndpoint() {
  const endpoint = gatewayState(configuration([endpointConfig(1)]), () => 0).endpoint(1)
  const counted = { read: 0 }
  const models = new Map<string, Model>()
  for (let n = 0; n < MODELS; n += 1)
    models.set(`m-${(n * 7919) % MODELS}`, { id: `m-${(n * 7919) % MODELS}` })
  const entries = models.entries.bind(models)
  Object.assign(models, {
    *[Symbol.iterator]() {
      for (const entry of entries()) {
        counted.read += 1
        yield entry
      }
    },
  })
  endpoint.served = { ...endpoint.served, models }
  return { endpoint, counted, sorted: [...models.keys()].sort() }
}

it('is made in slices with a bounded number of models, in order of their names', () => {
  const { endpoint, counted, sorted } = countedEndpoint()
  const { result, most } = runCounted(uniteModels([endpoint], []), () => counted.read)
  expect(result.map(({ id }) => id)).toEqual(sorted)
  expect(most).toBe(SLICE_ITEMS)
})

it('is made once for clients that ask at the same time', async () => {
  const { endpoint, counted } = countedEndpoint()
  const unite = createModelUnion()
  const aliases: [] = []
  const [first, second] = await Promise.all([unite([endpoint], aliases), unite([endpoint], aliases)])
  expect(first).toHaveLength(MODELS)
  expect(second).toBe(first)
  expect(counted.read).toBe(MODELS)
})
