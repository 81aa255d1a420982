// What it costs to find the endpoints that serve a model, counted in endpoints that are asked for it.
import { describe, expect, it } from 'vitest'
import { createServedModels, type ServedModels } from '../../../src/core/models/served-models.ts'
import { createServedWires } from '../../../src/core/routing/served-wires.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'

const ENDPOINTS = 1_000

/** Wires to endpoints that serve a few of 200 models each, the last one besides any. They count how often they are asked. */
function countedWires() {
  const asked = { times: 0 }
  const endpoints = Array.from({ length: ENDPOINTS }, (_, at) => endpointConfig(at + 1))
  const wires = gatewayState(configuration(endpoints), () => 0).wires(1)
  for (const [at, { endpoint }] of wires.entries()) {
    const models = [0, 1, 2, 3].map((n) => `m-${(4 * at + n) % 200}`)
    const configured = at === ENDPOINTS - 1 ? [...models, '*'] : models
    const served = createServedModels({ configured, mapped: {}, list: undefined, takesUnknown: false })
    endpoint.served = {
      ...served,
      takes(model) {
        asked.times += 1
        return served.takes(model)
      },
    } satisfies ServedModels
  }
  return { wires, asked }
}

describe('the endpoints that serve a model', () => {
  it('are each asked once for each of 200 models, however many requests name them', () => {
    const { wires, asked } = countedWires()
    const served = createServedWires()
    for (let n = 0; n < 10_000; n += 1) {
      const found = served.of(1, wires, requestFor({ model: `m-${n % 200}` }))
      expect(found.length).toBe(n % 200 < 196 ? 21 : 20)
    }
    expect(asked.times).toBe(200 * ENDPOINTS)
  })

  it('are not asked again for a model that none of them names, unless a thousand others are asked for meanwhile', () => {
    const { wires, asked } = countedWires()
    const served = createServedWires()
    const findOther = (n: number): void =>
      expect(served.of(1, wires, requestFor({ model: `other-${n}` }))).toHaveLength(1)
    for (let n = 0; n < 1_000; n += 1) findOther(0)
    expect(asked.times).toBe(ENDPOINTS)
    for (let n = 1; n <= 1_000; n += 1) findOther(n)
    asked.times = 0
    findOther(1)
    expect(asked.times).toBe(0)
    findOther(0)
    expect(asked.times).toBe(ENDPOINTS)
    served.forget()
    findOther(1)
    expect(asked.times).toBe(2 * ENDPOINTS)
  })
})
