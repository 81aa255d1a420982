// Tests what the page keeps of a run whose connection was lost.
import { describe, expect, it } from 'vitest'
import { withLiveFigures } from '../../../../public/load-producer/state/last-run.ts'
import { createLiveStore } from '../../../../public/load-producer/state/live-store.ts'
import { checkSavedRun } from '../../../../src/load-engine/model/saved-run.ts'
import { createEngine } from '../../../../src/load-engine/engine.ts'
import { defaultScenario } from '../../../../src/load-engine/model/scenario.ts'
import type { Report } from '../../../../src/load-engine/protocol/messages.ts'
import { createInstantTransport, createManualClock } from '../../../load-engine/runs/instant-transport.ts'

/** @returns the page's figures of a run that is under way, and the run as it was collected one second before. */
function runUnderWay() {
  const clock = createManualClock()
  const live = createLiveStore()
  const reports: Report[] = []
  const { transport } = createInstantTransport(clock, () => 100)
  const engine = createEngine({
    ...{ transport, timer: clock, random: () => 0.5, busyShare: () => 0.2 },
    report(report) {
      reports.push(report)
      if (report.type === 'snapshot') live.apply(report.snapshot)
    },
  })
  const scenario = { ...defaultScenario, model: 'm', stream: false, requests: 0, maxParallel: 4 }
  engine.handle({ type: 'start', cardId: 'a', scenario })
  clock.advance(2_000)
  engine.handle({ type: 'collect', requestId: 'r', name: 'a run' })
  const collected = reports.find((report) => report.type === 'collected')
  if (!collected) throw new Error('unreachable')
  clock.advance(1_050)
  return { live, saved: collected.run }
}

describe('a run whose connection was lost', () => {
  it('is stopped, and what was in flight is cancelled', () => {
    const { live } = runUnderWay()
    expect(live.getState().cards['a']?.snapshot.counts.inFlight).toBe(4)
    expect(live.endRuns('The bridge closed the connection', false)).toBe(true)
    const { cards, total, lostBy } = live.getState()
    expect(lostBy).toBe('The bridge closed the connection')
    expect(cards['a']?.snapshot).toMatchObject({
      state: 'stopped',
      counts: { inFlight: 0, waiting: 0, cancelled: 4 },
    })
    expect(total).toMatchObject({ running: 0, counts: { inFlight: 0 } })
    const { sent, ok, failed, cancelled } = cards['a']?.snapshot.counts ?? {}
    expect(sent).toBe((ok ?? 0) + (failed ?? 0) + (cancelled ?? 0))
    expect(live.endRuns('again', false)).toBe(false)
  })

  it('is saved with the figures that were told last', () => {
    const { live, saved } = runUnderWay()
    live.endRuns('gone', false)
    const kept = checkSavedRun(JSON.parse(JSON.stringify(withLiveFigures(saved, live.getState()))))
    if (!kept.ok) throw new Error(JSON.stringify(kept.faults))
    const [card] = kept.value.cards
    expect(card).toMatchObject({ state: 'stopped', scenario: { model: 'm' } })
    expect(card?.counts.ok).toBeGreaterThan(saved.cards[0]?.counts.ok ?? Infinity)
    expect(card?.latency.e2e?.count).toBe(card?.counts.ok)
  })
})
