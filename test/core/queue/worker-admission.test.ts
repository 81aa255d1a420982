// The admission queues of several workers over one limit.
import { describe, expect, it } from 'vitest'
import type { GuaranteeLedger } from '../../../src/core/queue/guarantee.ts'
import { createGrantedSlots } from '../../../src/core/shared/granted-slots.ts'
import { createSlotGrants } from '../../../src/core/shared/slot-grants.ts'
import type { SlotGrant } from '../../../src/core/shared/slot-messages.ts'
import type { TokenConfig } from '../../../src/core/state/configuration.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import { settle, startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { endpointConfig, tokenConfig } from '../../support/gateway/gateway-fixture.ts'

/** Workers whose messages are handed over by `deliver`. */
function startWorkers(count: number, maxConcurrent: number, tokens: readonly TokenConfig[] = []) {
  let guarantees: GuaranteeLedger | undefined
  const inbox: (() => void)[] = []
  const appliers = new Map<number, (grant: SlotGrant) => void>()
  const primary = createSlotGrants((id, grant) => void inbox.push(() => appliers.get(id)?.(grant)))
  primary.setLimit(1, maxConcurrent)
  const workers = Array.from({ length: count }, (_, id) => {
    const slots = createGrantedSlots({
      report: (report) => void inbox.push(() => primary.report(id, report)),
      onRoom: (endpointId) => started.admission.serveRoom(started.state.endpoint(endpointId)),
      isOwed: (endpointId) => started.admission.isOwed(started.state.endpoint(endpointId)),
      defer: (callback) => void inbox.push(callback),
    })
    const started = startAdmission({
      endpoints: [endpointConfig(1, { maxConcurrent })],
      tokens,
      slots,
      onDemand: slots.setWaiting,
      // Sums are those of all workers.
      wrapGuarantees: (own) => (guarantees ??= own),
    })
    appliers.set(id, slots.grant)
    primary.addHolder(id)
    return { ...started, slots, results: [] as ReturnType<typeof submit>[] }
  })
  const deliver = (): void => {
    for (let next = inbox.shift(); next; next = inbox.shift()) next()
  }
  deliver()
  return { workers, deliver }
}

describe('workers that share a limit', () => {
  it.each([
    { count: 8, limit: 1 },
    { count: 3, limit: 4 },
    { count: 2, limit: 5 },
  ])(
    'serve $limit at a time over $count workers, and every waiting request in the end',
    ({ count, limit }) => {
      const { workers, deliver } = startWorkers(count, limit)
      for (const { admission, results } of workers)
        for (let each = 0; each < 6; each += 1) results.push(submit(admission))
      deliver()
      const running = () =>
        workers.flatMap(({ results }) => results.flatMap(({ lease }) => (lease ? [lease] : [])))
      const settled = new Set<unknown>()
      for (let round = 0; settled.size < 6 * count; round += 1) {
        const open = running().filter((lease) => !settled.has(lease))
        expect(open).toHaveLength(Math.min(limit, 6 * count - settled.size))
        for (const lease of open) {
          settled.add(lease)
          settle(lease, 10)
        }
        deliver()
        // By now slots have gone to each worker.
        if (round === Math.ceil(count / limit))
          expect(workers.every(({ results }) => results.some(({ lease }) => lease))).toBe(true)
      }
      expect(workers.every(({ waiting }) => waiting() === 0)).toBe(true)
    },
  )

  it('keep the guarantee of a client token whose requests all wait at one of them', () => {
    const guaranteed = tokenConfig(1, { guaranteedSharePercent: 70 })
    const other = tokenConfig(2)
    const { workers, deliver } = startWorkers(2, 2, [guaranteed, other])
    const served = { guaranteed: 0, other: 0 }
    const clients = [
      { token: guaranteed, worker: workers[0], name: 'guaranteed' as const },
      { token: other, worker: workers[1], name: 'other' as const },
    ].map((client) => ({ ...client, open: [] as ReturnType<typeof submit>[] }))
    while (served.guaranteed + served.other < 600) {
      for (const { token, worker, open } of clients)
        while (worker && open.length < 8) open.push(submit(worker.admission, { ...requestFor(), token }))
      deliver()
      for (const client of clients) {
        const running = client.open.filter(({ lease }) => lease)
        client.open = client.open.filter(({ lease }) => !lease)
        served[client.name] += running.length
        for (const { lease } of running) if (lease) settle(lease, 10)
      }
      for (const { slots } of workers) slots.recheck()
      deliver()
    }
    const share = (100 * served.guaranteed) / (served.guaranteed + served.other)
    expect(share).toBeGreaterThanOrEqual(67)
    expect(share).toBeLessThanOrEqual(75)
  })
})
