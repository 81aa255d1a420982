import { expect, it } from 'vitest'
import type { StateView } from '../../../../../src/contract/gateway.ts'
import {
  applyOptimistically,
  confirmObject,
  confirmState,
  createGatewayStore,
} from '../../../../../public/admin/state/live/gateway-store.ts'

const endpoint = (id: number, etag: string) => ({ id, etag }) as StateView['endpoints'][number]

const storeOf = (...endpoints: StateView['endpoints']) => {
  const store = createGatewayStore()
  confirmState(store, { endpoints, wires: [] as unknown } as StateView)
  return store
}

const node = { kind: 'endpoint', id: 1 } as const

it('takes an object from the response to its change, and keeps what is shown of others before the server has it', () => {
  const store = storeOf(endpoint(1, 'a'), endpoint(2, 'a'))
  const wires = [{ incoming_block_id: 1, endpoint_id: 2 }]
  applyOptimistically(store, () => ({ wires }))
  confirmObject(store, node, 'a', endpoint(1, 'b'))
  const { state, confirmed } = store.getState()
  expect(state?.endpoints.map(({ etag }) => etag)).toEqual(['b', 'a'])
  expect(confirmed?.endpoints.map(({ etag }) => etag)).toEqual(['b', 'a'])
  expect([state?.wires, confirmed?.wires]).toEqual([wires, []])
})

it('keeps a version that an event has brought before the response', () => {
  const store = storeOf(endpoint(1, 'c'))
  confirmObject(store, node, 'a', endpoint(1, 'b'))
  expect(store.getState().state?.endpoints).toEqual([endpoint(1, 'c')])
})

it('keeps nothing where nothing may be shown', () => {
  const store = createGatewayStore()
  confirmObject(store, node, 'a', endpoint(1, 'b'))
  expect(store.getState()).toEqual({ state: undefined, confirmed: undefined })
})
