// The admission queues of several workers over one limit.
import { describe, expect, it } from 'vitest'
import { createGrantedSlots } from '../../../src/core/shared/granted-slots.ts'
import { createSlotGrants } from '../../../src/core/shared/slot-grants.ts'
import type { SlotGrant } from '../../../src/core/shared/slot-messages.ts'
import { settle, startAdmission, submit } from '../../support/gateway/admission-fixture.ts'
import { endpointConfig } from '../../support/gateway/gateway-fixture.ts'

/** Workers whose messages are handed over by `deliver`. */
function startWorkers(count: number, maxConcurrent: number) {
  const inbox: (() => void)[] = []
  const appliers = new Map<number, (grant: SlotGrant) => void>()
  const primary = createSlotGrants((id, grant) => void inbox.push(() => appliers.get(id)?.(grant)))
  primary.setLimit(1, maxConcurrent)
  const workers = Array.from({ length: count }, (_, id) => {
    const slots = createGrantedSlots({
      report: (report) => void inbox.push(() => primary.report(id, report)),
      onRoom: (endpointId) => started.admission.serveRoom(started.state.endpoint(endpointId)),
      defer: (callback) => void inbox.push(callback),
    })
    const started = startAdmission({
      endpoints: [endpointConfig(1, { maxConcurrent })],
      slots,
      onDemand: slots.setWaiting,
    })
    appliers.set(id, slots.grant)
    primary.addHolder(id)
    return { ...started, results: [] as ReturnType<typeof submit>[] }
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
})
