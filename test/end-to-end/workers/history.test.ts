// The stored history of a daemon with workers is that of all of them.
import { expect, it } from 'vitest'
import type { HistoryRangeView } from '../../../src/contract/traffic/history.ts'
import { callAdmin, SLOW_MS, waitFor } from '../../support/daemon-process.ts'
import { REFEREE_TOKENS, startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers } from './worker-daemon.ts'
import { isFull } from '../../support/effort.ts'

const REQUESTS = 40

it.runIf(isFull)('the history of two workers equals the whole', { timeout: SLOW_MS }, async () => {
  const referee = await startReferee()
  const daemon = await startWorkers(2, [referee])
  // Each on a connection of its own: the workers take them in turns.
  await Promise.all(Array.from({ length: REQUESTS }, () => daemon.complete()))
  await daemon.told('all requests', ({ stats }) => stats.total_requests_served === REQUESTS)
  const range = await waitFor('a history of all requests', async () => {
    const found = await callAdmin<HistoryRangeView>(daemon, 'GET', '/history/range?endpoint_id=1')
    return (found.totals.requests ?? 0) >= REQUESTS ? found : undefined
  })
  const whole = { requests: REQUESTS, failures: 0, tokens: REQUESTS * REFEREE_TOKENS }
  expect(range.totals).toMatchObject(whole)
  expect(range.endpoints).toMatchObject([whole])
  expect(range.incoming_blocks).toMatchObject([whole])
  expect((await callAdmin<HistoryRangeView>(daemon, 'GET', '/history/range')).totals).toMatchObject(whole)
  const { duration_p50_ms: half, duration_p95_ms: most, duration_p99_ms: nearlyAll } = range.totals
  expect(half).toBeGreaterThan(0)
  expect(most).toBeGreaterThanOrEqual(half ?? Infinity)
  expect(nearlyAll).toBeGreaterThanOrEqual(most ?? Infinity)
})
