/** Where the view goes to show a card together with what it is connected to, beside all that lies over the canvas. */
import type { Box, Point } from './card.ts'

interface View extends Point {
  readonly zoom: number
}

/** Below this many pixels a free part is no use: what lies over the canvas is then ignored. */
const LEAST_FREE = 96
const MARGIN = 20

const right = ({ x, width }: Box): number => x + width
const bottom = ({ y, height }: Box): number => y + height

/**
 * @param overlays - what lies over the canvas, in its pixels: each keeps the half that it is in free of cards.
 * @returns the part of the canvas above and below which nothing lies over it.
 */
export function freePart(canvas: Box, overlays: readonly Box[]): Box {
  const middle = canvas.y + canvas.height / 2
  const isAbove = (box: Box): boolean => box.y + box.height / 2 < middle
  const upper = Math.max(canvas.y, ...overlays.filter(isAbove).map(bottom)) + MARGIN
  const lower =
    Math.min(bottom(canvas), ...overlays.filter((box) => !isAbove(box)).map(({ y }) => y)) - MARGIN
  const isUseful = lower - upper >= LEAST_FREE
  return {
    x: canvas.x + MARGIN,
    width: Math.max(1, canvas.width - 2 * MARGIN),
    y: isUseful ? upper : canvas.y + MARGIN,
    height: isUseful ? lower - upper : Math.max(1, canvas.height - 2 * MARGIN),
  }
}

export function around(boxes: readonly [Box, ...Box[]]): Box {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))]
  return { x, y, width: Math.max(...boxes.map(right)) - x, height: Math.max(...boxes.map(bottom)) - y }
}

const zoomFor = (box: Box, free: Box): number => Math.min(free.width / box.width, free.height / box.height)

const distance = (one: Box, other: Box): number =>
  Math.hypot(
    one.x + one.width / 2 - other.x - other.width / 2,
    one.y + one.height / 2 - other.y - other.height / 2,
  )

interface Zooms {
  /** Where neighbours would need a lower zoom, the farthest of them stay out of view. */
  readonly least: number
  readonly most: number
}

/**
 * @param cards - those that must be seen
 * @param neighbours - those that should be seen with them
 * @returns the transform of the canvas.
 */
export function viewOf(
  cards: readonly [Box, ...Box[]],
  neighbours: readonly Box[],
  free: Box,
  { least, most }: Zooms,
): View {
  let seen = around(cards)
  const nearest = neighbours.toSorted((left, right_) => distance(left, seen) - distance(right_, seen))
  for (const neighbour of nearest) {
    const wider = around([seen, neighbour])
    if (zoomFor(wider, free) >= least) seen = wider
  }
  const zoom = Math.min(most, zoomFor(seen, free))
  return {
    zoom,
    x: free.x + free.width / 2 - (seen.x + seen.width / 2) * zoom,
    y: free.y + free.height / 2 - (seen.y + seen.height / 2) * zoom,
  }
}
