/** Where the cards of a fleet stand, and where the view goes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overlaps, type Box } from '../../../../../../public/admin/canvas/model/card.ts'
import { AUTOMATIC, setOpen } from '../../../../../../public/admin/canvas/model/fleet/fold-settings.ts'
import { lanesOf } from '../../../../../../public/admin/canvas/model/fleet/lanes.ts'
import { shownOf } from '../../../../../../public/admin/canvas/model/fleet/shown.ts'
import { layoutGraphOf } from '../../../../../../public/admin/canvas/model/layout-graph.ts'
import { movesOf } from '../../../../../../public/admin/canvas/model/moves.ts'
import { placeCards } from '../../../../../../public/admin/canvas/model/placement.ts'
import { tidyLayout } from '../../../../../../public/admin/canvas/model/tidy-layout.ts'
import { around, freePart, viewOf } from '../../../../../../public/admin/canvas/model/view-of.ts'
import {
  curveAlong,
  lengthOf,
  pointAt,
} from '../../../../../../public/admin/canvas/model/lines/wire-curve.ts'
import { anyFleet, fleetOf } from './some-fleet.ts'

const fleet = fleetOf({ tokens: 500, blocks: 30, endpoints: 100 })

function clashesOf(boxes: readonly (Box & { readonly kind: string })[]): number {
  // Members of a group stand inside of its frame.
  const solid = boxes.filter(({ kind }) => kind !== 'group')
  return solid.flatMap((one, index) => solid.slice(index + 1).filter((other) => overlaps(one, other))).length
}

const screen = { width: 1000, height: 700 }
const zoomFor = ({ width, height }: Box): number => Math.min(screen.width / width, screen.height / height)

describe('the cards of a fleet', () => {
  it('overlap neither folded nor unfolded', () => {
    fc.assert(
      fc.property(anyFleet, fc.boolean(), (state, opens) => {
        const keys = [...shownOf(state).groups.map(({ key }) => key), 'block-1', 'block-2']
        const shown = shownOf(state, opens ? setOpen(AUTOMATIC, keys, true) : AUTOMATIC)
        expect(clashesOf([...placeCards(state, shown).values()])).toBe(0)
      }),
      { numRuns: 40 },
    )
  })

  it('are wrapped into columns, so that all of them can be read at once when they are folded', () => {
    const cards = [...placeCards(fleet).values()]
    expect(zoomFor(around(cards as unknown as [Box, ...Box[]]))).toBeGreaterThan(0.4)
    const all = placeCards(fleet, shownOf(fleet, { tokens: 'shown', endpoints: 'none', open: [] }))
    const { width, height } = around([...all.values()] as unknown as [Box, ...Box[]])
    expect(width / height).toBeGreaterThan(0.8)
    expect(width / height).toBeLessThan(3)
  })

  it('stay where tidy-up puts them, groups by the places of their members', () => {
    const shown = shownOf(fleet)
    const placement = placeCards(fleet, shown)
    const positions = tidyLayout(layoutGraphOf(fleet, shown, placement))
    const { after, before } = movesOf(fleet, shown, placement, positions)
    expect(after.map(({ kind, id }) => [kind, id])).toEqual(before.map(({ kind, id }) => [kind, id]))
    const placed = <Item extends { id: number }>(kind: string, items: readonly Item[]): Item[] =>
      items.map((item) => {
        const move = after.find((one) => one.kind === kind && one.id === item.id)
        return move ? { ...item, pos_x: move.x, pos_y: move.y } : item
      })
    const stored = {
      ...fleet,
      incoming_blocks: placed('block', fleet.incoming_blocks),
      endpoints: placed('endpoint', fleet.endpoints),
    }
    const again = placeCards(stored, shownOf(stored))
    for (const [key, at] of positions) expect(again.get(key)).toMatchObject(at)
  })

  it('leave lanes for the wires of blocks that stand behind others', () => {
    const cards = [...placeCards(fleet).values()]
    const blocks = cards.filter(({ kind }) => kind === 'block')
    const lanes = lanesOf(cards)
    expect(lanes.size).toBeGreaterThan(0)
    for (const { x, y } of lanes.values())
      for (const block of blocks) {
        expect(block.y < y && y < block.y + block.height).toBe(false)
        expect(x).toBeGreaterThanOrEqual(block.x + block.width)
      }
  })
})

describe('a wire along a lane', () => {
  it('starts and ends at its cards, and follows its lane between', () => {
    const whole = fc.integer({ min: -500, max: 500 })
    fc.assert(
      fc.property(whole, whole, whole, (fromY, laneY, toY) => {
        const curve = curveAlong({ x: 0, y: fromY }, { x: 2000, y: toY }, { x: 1500, y: laneY })
        expect(pointAt(curve, 0)).toEqual({ x: 0, y: fromY })
        const end = pointAt(curve, 1)
        expect(end.x).toBeCloseTo(2000)
        expect(end.y).toBeCloseTo(toY)
        expect(pointAt(curve, 0.45).y).toBeCloseTo(laneY)
        expect(lengthOf(curve)).toBeGreaterThanOrEqual(Math.hypot(2000, toY - fromY) - 1e-6)
      }),
    )
    expect(curveAlong({ x: 0, y: 0 }, { x: 90, y: 0 }, { x: 10, y: 50 }).next).toBeUndefined()
  })
})

describe('the view of a found card', () => {
  const box = fc.record({
    x: fc.integer({ min: -3000, max: 3000 }),
    y: fc.integer({ min: -3000, max: 3000 }),
    width: fc.constant(256),
    height: fc.constant(144),
  })
  const zooms = { least: 0.35, most: 1 }

  it('has it in the free part of the canvas, and with it the neighbours that a legible zoom allows', () => {
    const free = freePart({ x: 0, y: 0, ...screen }, [])
    fc.assert(
      fc.property(box, fc.array(box, { maxLength: 8 }), (card, neighbours) => {
        const { x, y, zoom } = viewOf([card], neighbours, free, zooms)
        const isSeen = (one: Box): boolean =>
          one.x * zoom + x >= free.x - 1 &&
          one.y * zoom + y >= free.y - 1 &&
          (one.x + one.width) * zoom + x <= free.x + free.width + 1 &&
          (one.y + one.height) * zoom + y <= free.y + free.height + 1
        expect(isSeen(card)).toBe(true)
        expect(zoom).toBeGreaterThanOrEqual(zooms.least)
        const all = around([card, ...neighbours])
        if (Math.min(free.width / all.width, free.height / all.height) >= zooms.least)
          expect(neighbours.every(isSeen)).toBe(true)
      }),
    )
  })

  it('is beside what lies over the canvas', () => {
    const canvas = { x: 0, y: 0, ...screen }
    const bar = { x: 10, y: 640, width: 300, height: 40 }
    const panel = { x: 300, y: 12, width: 320, height: 180 }
    const free = freePart(canvas, [bar, panel])
    expect(overlaps(free, bar) || overlaps(free, panel)).toBe(false)
    // What covers everything is ignored.
    expect(freePart(canvas, [{ x: 0, y: 30, ...screen }]).height).toBeGreaterThan(600)
  })
})
