/** Wraps columns of cards that would be too high to be seen with the rest. */
import { columnOf, columns, kinds, snap, type CardKind, type Point, type Size } from '../card.ts'
import type { NodeKind } from '../../../state/node-ref.ts'

export interface Sized extends Size {
  readonly key: string
  readonly kind: CardKind
}

/** Between the cards of a column. */
export const GAPS: Readonly<Record<NodeKind, number>> = { token: 16, block: 40, endpoint: 40 }
/** Between columns of one kind, and for wires between blocks and endpoints. */
const ASIDE: Readonly<Record<NodeKind, number>> = { token: 16, block: 40, endpoint: 40 }
const FOR_WIRES = columns.endpoint - columns.block - 200

/** A column is not wrapped while it is no higher. */
const MIN_COLUMN_HEIGHT = 1440
/** Height of a large layout by its width. */
const PROPORTION = 0.6

const areaOf = ({ width, height }: Size): number => (width + 60) * (height + 40)

/** The height from which columns are wrapped, so that all of them together have about the proportions of a screen. */
export const highestColumn = (cards: readonly Size[]): number =>
  Math.max(MIN_COLUMN_HEIGHT, Math.sqrt(PROPORTION * cards.reduce((sum, card) => sum + areaOf(card), 0)))

/** Splits cards into columns of about the same height, in their order. */
function wrap<Card extends Size>(cards: readonly Card[], gap: number, highest: number): Card[][] {
  const total = cards.reduce((sum, { height }) => sum + height + gap, -gap)
  const target = total / Math.max(1, Math.ceil(total / highest))
  const wrapped: Card[][] = [[]]
  let filled = 0
  for (const card of cards) {
    if (filled > 0 && filled + card.height / 2 > target) {
      wrapped.push([])
      filled = 0
    }
    wrapped.at(-1)?.push(card)
    filled += card.height + gap
  }
  return wrapped
}

const widest = (cards: readonly Size[]): number => Math.max(...cards.map(({ width }) => width))

/**
 * @param cards - of all kinds, each kind in the order from top to bottom.
 * @param columnX - the x of the first column, where it is not the usual one.
 * @returns positions by key: client tokens grow to the left, blocks and endpoints to the right.
 */
export function inColumns(cards: readonly Sized[], columnX: Partial<Record<NodeKind, number>> = {}) {
  const positions = new Map<string, Point>()
  const highest = highestColumn(cards)
  let right = columns.endpoint - FOR_WIRES
  for (const kind of kinds) {
    const own = cards.filter((card) => columnOf(card.kind) === kind)
    if (own.length === 0) continue
    const wrapped = wrap(own, GAPS[kind], highest)
    const widths = wrapped.map((column) => widest(column) + ASIDE[kind])
    let x = columnX[kind] ?? (kind === 'endpoint' ? right + FOR_WIRES : columns[kind])
    if (kind === 'token') x -= widths.slice(1).reduce((sum, width) => sum + width, 0)
    for (const [index, column] of wrapped.entries()) {
      const height = column.reduce((sum, card) => sum + card.height + GAPS[kind], -GAPS[kind])
      let y = -height / 2
      for (const card of column) {
        positions.set(card.key, { x: snap(x), y: snap(y) })
        y = snap(y) + card.height + GAPS[kind]
      }
      x += widths[index] ?? 0
    }
    if (kind === 'block') right = Math.max(right, x - ASIDE.block)
  }
  return positions
}
