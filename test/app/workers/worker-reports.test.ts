// What a worker tells of itself, and how often an idle one wakes for it.
import { expect, it } from 'vitest'
import { startReports } from '../../../src/app/workers/worker-reports.ts'
import type { WorkerMessage } from '../../../src/cluster/messages.ts'
import { createOutbox } from '../../../src/cluster/outbox.ts'
import { startAdmission } from '../../support/gateway/admission-fixture.ts'
import { onEnd } from '../../support/lifetime.ts'

const turnEnd = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('an idle worker wakes four times a second to report, and sends one message each time', async () => {
  const { state, admission, setTimer, advance } = startAdmission()
  const batches: (readonly WorkerMessage[])[] = []
  let wakes = 0
  const countWakes: typeof setTimer = (callback, ms) =>
    setTimer(() => {
      wakes += 1
      callback()
    }, ms)
  const { post } = createOutbox<WorkerMessage>({
    send: (batch) => void batches.push(batch),
    setTimer: countWakes,
    maxDelayMs: 25,
  })
  onEnd(startReports({ state, admission, setTimer: countWakes, post, onReport: () => undefined }))
  for (let quarter = 0; quarter < 8; quarter += 1) {
    await turnEnd()
    advance(250)
  }
  await turnEnd()
  expect(batches.map((batch) => batch.map(({ type }) => type))).toEqual(
    Array.from({ length: 9 }, () => ['gauges']),
  )
  expect(wakes).toBe(8)
})
