/** The store of live figures. */
import { expect, it, vi } from 'vitest'
import { createLiveStore } from '../../../../../public/admin/state/live/live-store.ts'
import type { LiveView } from '../../../../../src/contract/traffic/live.ts'
import { wireKey } from '../../../../../public/admin/state/node-ref.ts'

const wire = (endpointId: number, tokensPerSecond: number): LiveView['wires'][number] => ({
  incoming_block_id: 1,
  endpoint_id: endpointId,
  inflight: 0,
  tokens_per_second: tokensPerSecond,
  requests_per_second: 0,
  errors_per_second: 0,
  cached_percent: null,
})

const view = (...wires: LiveView['wires']): LiveView => ({
  at: '2026-01-01T00:00:00.000Z',
  models_revision: 1,
  stats: {
    tokens_per_second: 0,
    requests_per_second: 0,
    total_inflight: 0,
    inflight_per_endpoint: {},
    queued: 0,
    total_requests_served: 0,
    total_errors: 0,
    uptime_seconds: 1,
    errors_per_second: 0,
    first_token_ms: null,
    arrivals_per_second: 0,
    give_ups: 0,
    oldest_wait_ms: null,
    cached_percent: null,
    session_moves: 0,
    workers: null,
  },
  endpoints: [],
  incoming_blocks: [],
  client_tokens: [],
  wires,
  models: [],
  model_aliases: [],
})

it('notifies only the listeners whose figures changed', () => {
  const store = createLiveStore()
  const [first, second] = [vi.fn(), vi.fn()]
  store.subscribe('wire', wireKey({ blockId: 1, endpointId: 1 }), first)
  const unsubscribe = store.subscribe('wire', wireKey({ blockId: 1, endpointId: 2 }), second)
  store.set(view(wire(1, 10), wire(2, 20)))
  const before = store.get('wire', '1-1')
  store.set(view(wire(1, 10), wire(2, 21)))
  expect(first).toHaveBeenCalledTimes(1)
  expect(second).toHaveBeenCalledTimes(2)
  expect(store.get('wire', '1-1')).toBe(before)
  store.set(view(wire(1, 10)))
  expect(second).toHaveBeenCalledTimes(3)
  expect(store.get('wire', '1-2')).toBeUndefined()
  unsubscribe()
  store.set(view(wire(1, 11), wire(2, 5)))
  expect(second).toHaveBeenCalledTimes(3)
})

it('keeps figures without a change, and notifies nothing for them', () => {
  const store = createLiveStore()
  store.set(view(wire(1, 10), wire(2, 20)))
  const [first, second] = [vi.fn(), vi.fn()]
  store.subscribe('wire', wireKey({ blockId: 1, endpointId: 1 }), first)
  store.subscribe('wire', wireKey({ blockId: 1, endpointId: 2 }), second)
  store.merge(view(wire(2, 21)))
  expect(store.get('wire', '1-1')).toMatchObject({ tokens_per_second: 10 })
  expect(store.get('wire', '1-2')).toMatchObject({ tokens_per_second: 21 })
  expect(first).not.toHaveBeenCalled()
  expect(second).toHaveBeenCalledTimes(1)
})
