/** The ways of wires past the blocks that stand in several columns: between two rows, up to the last column. */
import type { PlacedBox, Point } from '../card.ts'

/** Below a card, in pixels: the middle of the gap to the next one. */
const BELOW = 20

/** @returns by the key of each block that has another one to its right. */
export function lanesOf(cards: Iterable<PlacedBox>): ReadonlyMap<string, Point> {
  const blocks = [...cards].filter(({ kind }) => kind === 'block')
  const right = Math.max(...blocks.map(({ x, width }) => x + width))
  const lanes = new Map<string, Point>()
  for (const { key, x, y, width, height } of blocks) {
    const isCovered = blocks.some(
      (other) =>
        other.x >= x + width && other.y < y + height + 2 * BELOW && y < other.y + other.height + 2 * BELOW,
    )
    if (isCovered) lanes.set(key, { x: right, y: y + height + BELOW })
  }
  return lanes
}
