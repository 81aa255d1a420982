// What an event costs while many client tokens wait before many full endpoints, counted in evaluations.
import { describe, expect, it } from 'vitest'
import type { Lease } from '../../../src/core/lease/lease.ts'
import { settle, startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

interface Crowd {
  readonly tokens: number
  readonly endpoints: number
  readonly blocks?: number
  readonly routingMode?: 'percentage' | 'priority'
}

/** Fills all endpoints, then has one request of each token wait. */
function startCrowd({ tokens: count, endpoints, blocks = 1, routingMode = 'percentage' }: Crowd) {
  const counts = { selections: 0, guarantees: 0 }
  const tokens = Array.from({ length: count }, (_, index) =>
    tokenConfig(index + 1, {
      blockId: 1 + (index % blocks),
      guaranteedSharePercent: index < 3 * blocks ? 20 : 0,
    }),
  )
  const configured = configuration(
    Array.from({ length: endpoints }, (_, index) => endpointConfig(index + 1, { maxConcurrent: 1 })),
    { tokens, blocks: Array.from({ length: blocks }, (_, index) => blockConfig(index + 1)), routingMode },
  )
  const { admission, advance, state } = startAdmission({
    configured,
    maxWaiting: count + 1,
    timeoutMs: 1e9,
    wrapRouter: (router) => ({
      ...router,
      acquire(...args) {
        counts.selections += 1
        return router.acquire(...args)
      },
    }),
    wrapGuarantees: ({ charge, isBelow }) => ({
      charge,
      isBelow(token) {
        counts.guarantees += 1
        return isBelow(token)
      },
    }),
  })
  const running = Array.from({ length: endpoints }, () => submit(admission).lease as Lease)
  const waiting = tokens.map((token) => submit(admission, requestFor({ token, blockId: token.blockId })))
  /** @returns what the event cost. */
  const costOf = (event: () => void) => {
    Object.assign(counts, { selections: 0, guarantees: 0 })
    event()
    return { ...counts }
  }
  return { admission, advance, state, running, waiting, tokens, costOf }
}

describe('with 1,000 client tokens that wait before 500 full endpoints', () => {
  it.each(['percentage', 'priority'] as const)(
    'an arrival and a refusal ask for no endpoint, and an ended request for one, in %s mode',
    (routingMode) => {
      const { admission, running, waiting, tokens, costOf } = startCrowd({
        tokens: 1_000,
        endpoints: 500,
        routingMode,
      })
      const request = requestFor({ token: tokens[7] ?? null })
      expect(costOf(() => submit(admission, request))).toEqual({ selections: 0, guarantees: 0 })
      expect(
        costOf(() => expect(submit(admission, request).refusal?.code).toBe('LB_ERR_QUEUE_FULL')),
      ).toEqual({
        selections: 0,
        guarantees: 0,
      })
      const served = costOf(() => settle(running[250] as Lease, 10))
      expect(waiting.filter(({ lease }) => lease)).toHaveLength(1)
      expect(served.selections).toBe(1)
      expect(served.guarantees).toBeLessThanOrEqual(3)
    },
  )

  it('looks for ended cooldowns once per set of candidates, not once per waiting request', () => {
    const { advance, costOf } = startCrowd({ tokens: 1_000, endpoints: 500, blocks: 4 })
    expect(costOf(() => advance(250)).selections).toBe(4)
  })

  it('asks for one endpoint, whatever the number of blocks that wait', () => {
    const { running, costOf } = startCrowd({ tokens: 1_000, endpoints: 500, blocks: 50 })
    expect(costOf(() => settle(running[0] as Lease, 10)).selections).toBe(1)
  })
})
