/** What the card of a group says of its endpoints. */
import { expect, it } from 'vitest'
import { groupConditions } from '../../../../../public/admin/canvas/cards/group-figures.ts'
import { createLiveStore } from '../../../../../public/admin/state/live/live-store.ts'
import type { EndpointView } from '../../../../../src/contract/endpoint.ts'
import { fleetOf } from '../model/fleet/some-fleet.ts'

const [some] = fleetOf({ tokens: 1, blocks: 1, endpoints: 1 }).endpoints

const conditionsOf = (...endpoints: Partial<EndpointView>[]) =>
  groupConditions(
    endpoints.map((own) => ({
      ...some,
      enabled: true,
      connected: true,
      healthy: true,
      health_check_path: null,
      breaker_state: 'closed',
      cooldown_remaining_s: 0,
      cooldown_scope: null,
      health_check_error: null,
      last_error: null,
      inflight: 0,
      total_requests: 0,
      ...own,
    })) as EndpointView[],
    createLiveStore(),
  )

it('is not called healthy before any of its endpoints has answered', () => {
  expect(conditionsOf({}, {})).toMatchObject({
    counts: [['not asked yet', 2]],
    worst: 'not asked yet',
    serving: 2,
    troubled: [],
  })
  expect(conditionsOf({}, { inflight: 1 }).worst).toBe('no answer yet')
  expect(conditionsOf({}, { total_requests: 1 })).toMatchObject({
    counts: [
      ['not asked yet', 1],
      ['healthy', 1],
    ],
    worst: 'healthy',
  })
})

it('is as bad as its worst endpoint that could serve', () => {
  expect(conditionsOf({ total_requests: 1 }, { enabled: false }).worst).toBe('healthy')
  expect(conditionsOf({ total_requests: 1 }, { name: 'b', cooldown_remaining_s: 3 })).toMatchObject({
    worst: 'cooling',
    serving: 1,
    troubled: ['b'],
  })
  expect(conditionsOf({ enabled: false }, { connected: false })).toMatchObject({
    worst: 'not wired',
    serving: 0,
  })
})
