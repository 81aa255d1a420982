// The decisions of all workers are one list.
import { expect, it } from 'vitest'
import type { PrimaryMessage } from '../../../src/cluster/messages.ts'
import { createDecisionCollector } from '../../../src/cluster/primary/collect-decisions.ts'
import type { DecisionRecord } from '../../../src/core/decisions/decision.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'
import { createTimers } from '../../support/gateway/timers.ts'

const MAX_WAIT_MS = 1_000

/** Of a decision the collector reads the time alone. */
const decisionsAt = (...times: number[]): DecisionRecord[] =>
  times.map((atMs) => ({ atMs }) as DecisionRecord)

function start(...ids: number[]) {
  const { timers, setTimer, advance } = createTimers(manualClock())
  const asked: PrimaryMessage[] = []
  const broadcast = (message: PrimaryMessage): void => void asked.push(message)
  const collector = createDecisionCollector({ ids: () => ids, broadcast }, setTimer)
  const times = async (listing: Promise<DecisionRecord[]>) => (await listing).map(({ atMs }) => atMs)
  return { collector, asked, timers, advance, times }
}

it('merges the newest of all workers', async () => {
  const { collector, asked, timers, times } = start(1, 2)
  const listing = collector.list({ model: 'm' }, 3)
  expect(asked).toEqual([{ type: 'list decisions', id: 1, filter: { model: 'm' }, limit: 3 }])
  collector.receive(1, 1, decisionsAt(50, 20))
  collector.receive(1, 2, decisionsAt(40, 30, 10))
  expect(await times(listing)).toEqual([50, 40, 30])
  expect(timers.size).toBe(0)
})

it('keeps questions apart', async () => {
  const { collector, times } = start(1)
  const [first, second] = [collector.list({}, 9), collector.list({}, 9)]
  collector.receive(2, 1, decisionsAt(2))
  collector.receive(1, 1, decisionsAt(1))
  expect([await times(first), await times(second)]).toEqual([[1], [2]])
})

it('waits no longer than a second for a worker, and ignores what comes later', async () => {
  const { collector, advance, times } = start(1, 2)
  const listing = collector.list({}, 9)
  collector.receive(1, 1, decisionsAt(1))
  advance(MAX_WAIT_MS)
  collector.receive(1, 2, decisionsAt(2))
  expect(await times(listing)).toEqual([1])
})

it('waits for no worker that has ended, and asks none where none runs', async () => {
  const { collector, timers, times } = start(1, 2)
  const listing = collector.list({}, 9)
  collector.removeWorker(2)
  collector.receive(1, 1, decisionsAt(1))
  expect(await times(listing)).toEqual([1])
  const none = start()
  expect(await none.collector.list({}, 9)).toEqual([])
  expect([none.asked.length, none.timers.size, timers.size]).toEqual([0, 0, 0])
})
