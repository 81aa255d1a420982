import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { animatePositions } from '../../../../../public/admin/canvas/interaction/animate-positions.ts'

describe('an animation of cards', () => {
  it('ends where they are to be, also on a page that gets no frames', async () => {
    vi.stubGlobal('window', { matchMedia: () => ({ matches: false }) })
    vi.stubGlobal('document', { hidden: false })
    vi.stubGlobal('requestAnimationFrame', () => 0)
    onTestFinished(() => void vi.unstubAllGlobals())
    const places: unknown[] = []
    const to = new Map([['endpoint-1', { x: 10, y: 20 }]])
    await animatePositions(new Map([['endpoint-1', { x: 0, y: 0 }]]), to, (positions) =>
      places.push(positions),
    )
    expect(places).toEqual([to])
  })
})
