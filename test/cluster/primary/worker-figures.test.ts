// The figures of all workers are sums over those that run.
import { expect, it } from 'vitest'
import type { WorkerGauges } from '../../../src/cluster/messages.ts'
import { createWorkerFigures } from '../../../src/cluster/primary/worker-figures.ts'
import { createGatewayTotals } from '../../../src/core/state/gateway-totals.ts'

const gauges = (values: Partial<WorkerGauges>): WorkerGauges => ({
  queued: 0,
  bodyBytes: 0,
  waiting: [],
  active: [],
  utilisation: 0,
  loopDelayMs: 0,
  rssBytes: 0,
  ...values,
})

it('sums what the workers have told last, and forgets a worker that has ended', () => {
  const totals = createGatewayTotals(() => 0)
  const figures = createWorkerFigures(totals)
  const read = () => [totals.queued, totals.bodyBytes, [...figures.waiting()]]
  expect(read()).toEqual([0, 0, []])
  figures.set(1, gauges({ queued: 9, bodyBytes: 900 }))
  figures.set(
    1,
    gauges({
      queued: 3,
      bodyBytes: 100,
      waiting: [
        [1, { requests: 2, oldestMs: 50, tokenIds: [7] }],
        [2, { requests: 1, oldestMs: 900, tokenIds: [1] }],
      ],
    }),
  )
  figures.set(
    2,
    gauges({
      queued: 4,
      bodyBytes: 50,
      waiting: [[2, { requests: 4, oldestMs: 300, tokenIds: [1, 3] }]],
    }),
  )
  expect(read()).toEqual([
    7,
    150,
    [
      [1, { requests: 2, oldestMs: 50, tokenIds: [7] }],
      [2, { requests: 5, oldestMs: 900, tokenIds: [1, 3] }],
    ],
  ])
  expect(figures.of(2)?.queued).toBe(4)
  figures.remove(1)
  expect(read()).toEqual([4, 50, [[2, { requests: 4, oldestMs: 300, tokenIds: [1, 3] }]]])
  figures.remove(2)
  expect(read()).toEqual([0, 0, []])
  expect(figures.of(2)).toBeUndefined()
})
