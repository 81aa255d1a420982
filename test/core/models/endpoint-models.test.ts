import { describe, expect, it } from 'vitest'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { configuration, endpointConfig, gatewayState } from '../../support/gateway/gateway-fixture.ts'

const plain = endpointConfig(1, { models: ['a'] })

/** An endpoint that takes the models a, and that lacks one by what its backend has answered. */
function start() {
  const state = gatewayState(configuration([plain]), () => 0)
  const endpoint = state.endpoint(1)
  endpoint.lacked.add('lacked')
  const configure = (values: Partial<EndpointConfig>) => {
    const before = endpoint.served
    state.replace(configuration([{ ...plain, ...values }]))
    return { isSame: endpoint.served === before, lacked: endpoint.lacked.size() }
  }
  return { endpoint, configure }
}

describe('what an endpoint takes', () => {
  it('changes with its models and with the names that they have there', () => {
    for (const values of [{ models: ['a', 'b'] }, { modelMap: { b: 'a' } }]) {
      const { endpoint, configure } = start()
      expect([endpoint.served.takes('a'), endpoint.served.takes('b')]).toEqual([true, false])
      expect(configure(values)).toEqual({ isSame: false, lacked: 0 })
      expect([endpoint.served.takes('a'), endpoint.served.takes('b')]).toEqual([true, true])
    }
  })

  it('begins anew with another backend, and stays with any other change', () => {
    expect(start().configure({ baseUrl: 'http://127.0.0.1:9/other/v1' })).toEqual({ isSame: true, lacked: 0 })
    expect(start().configure({ name: 'other', quotaPercent: 7 })).toEqual({ isSame: true, lacked: 1 })
  })
})
