import { describe, expect, it } from 'vitest'
import { createSharedState } from '../../../src/admin/live/shared-state.ts'
import { manualClock } from '../../support/gateway/gateway-fixture.ts'

function setup(size = 10) {
  const clock = manualClock()
  let version = {}
  let renderings = 0
  const shared = createSharedState({
    render: () =>
      Promise.resolve({
        etag: `"${(renderings += 1)}"`,
        body: Buffer.from(`{"text":"${'x'.repeat(size)}"}`),
      }),
    readVersion: () => version,
    clock: clock.now,
  })
  return { clock, shared, renderings: () => renderings, change: () => void (version = {}) }
}

describe('the state as an event', () => {
  it('is rendered once per version for all readers', async () => {
    const { clock, shared, renderings, change } = setup()
    const events = await Promise.all(Array.from({ length: 50 }, shared.read))
    expect(new Set(events).size).toBe(1)
    expect(Buffer.concat(events[0]?.slices ?? []).toString()).toBe(
      'event: state\nid: "1"\ndata: {"text":"xxxxxxxxxx"}\n\n',
    )
    expect(renderings()).toBe(1)
    change()
    await Promise.all([shared.read(), shared.read()])
    expect(renderings()).toBe(2)
    clock.advance(2001)
    await shared.read()
    expect(renderings()).toBe(3)
  })

  it('comes in slices that share its memory', async () => {
    const { slices } = await setup(200_000).shared.read()
    expect(slices.length).toBe(4)
    expect(new Set(slices.map(({ buffer }) => buffer)).size).toBe(1)
  })
})
