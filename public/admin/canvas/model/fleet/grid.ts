/** Many cards of one size in rows and columns. */
import { snap, type Point, type Size } from '../card.ts'

export interface Grid extends Size {
  /** Offsets of the cards from the upper left corner of the grid, row by row. */
  readonly cells: readonly Point[]
}

/** @param perRow - cards in a row. */
export function gridOf(count: number, size: Size, gap: number, perRow: number): Grid {
  const rows = Math.ceil(count / perRow)
  const [stepX, stepY] = [snap(size.width + gap), snap(size.height + gap)]
  return {
    cells: Array.from({ length: count }, (_, index) => ({
      x: (index % perRow) * stepX,
      y: Math.floor(index / perRow) * stepY,
    })),
    width: Math.min(count, perRow) * stepX - (stepX - size.width),
    height: rows * stepY - (stepY - size.height),
  }
}

/** Cards in a row of a grid that is about as wide as high. */
const squareRow = (count: number, { width, height }: Size): number =>
  Math.max(1, Math.round(Math.sqrt((count * height) / width)))

/** The space around the members of an unfolded group; at its top is its name. */
const FRAME = { side: 16, top: 56 } as const
const MEMBER_GAP = 24

/** The members of an unfolded group, from the corner of its frame. */
export function frameOf(count: number, size: Size): Grid {
  const { cells, width, height } = gridOf(count, size, MEMBER_GAP, squareRow(count, size))
  return {
    cells: cells.map(({ x, y }) => ({ x: x + FRAME.side, y: y + FRAME.top })),
    width: width + 2 * FRAME.side,
    height: height + FRAME.top + FRAME.side,
  }
}
