import { describe, expect, it } from 'vitest'
import { createRenderedMetrics } from '../../src/observability/rendered-metrics.ts'
import { manualClock } from '../support/gateway/gateway-fixture.ts'

describe('the rendered metrics', () => {
  it('are rendered once a second, however many ask', async () => {
    const clock = manualClock()
    let renderings = 0
    const read = createRenderedMetrics({
      render: () => Promise.resolve(`rendering ${(renderings += 1)}`),
      clock: clock.now,
    })
    const bodies = await Promise.all(Array.from({ length: 200 }, read))
    expect(new Set(bodies).size).toBe(1)
    expect(String(bodies[0])).toBe('rendering 1')
    clock.advance(999)
    expect(String(await read())).toBe('rendering 1')
    clock.advance(1)
    expect(String(await read())).toBe('rendering 2')
    expect(renderings).toBe(2)
  })

  it('are rendered again after a failure', async () => {
    let renderings = 0
    const read = createRenderedMetrics({
      render: () => ((renderings += 1) === 1 ? Promise.reject(new Error('broken')) : Promise.resolve('well')),
      clock: manualClock().now,
    })
    await expect(read()).rejects.toThrow('broken')
    expect(String(await read())).toBe('well')
  })
})
