/** The positions of cards: as stored for placed cards, computed without overlap for the others. */
import type { StateView } from '../../../../src/contract/gateway.ts'
import { nodeKey, type NodeKind } from '../../state/node-ref.ts'
import { cardSizes, columns, kinds, overlaps, snap, type Point, type PlacedCard } from './card.ts'

/** The server's default positions, besides 0, 0: an object at its default counts as not placed. */
const defaults: Readonly<Record<NodeKind, Point>> = {
  token: { x: 80, y: 100 },
  block: { x: 256, y: 300 },
  endpoint: { x: 500, y: 200 },
}

const GAPS: Readonly<Record<NodeKind, number>> = { token: 16, block: 40, endpoint: 40 }

interface Stored extends PlacedCard {
  /** Whether the stored position is not a default. */
  readonly placed: boolean
  /** The position on the server. */
  readonly stored: Point
}

export type CardPlacement = ReadonlyMap<string, Stored>

function storedCards(state: StateView): Stored[] {
  const of = (
    kind: NodeKind,
    objects: readonly { readonly id: number; readonly pos_x: number; readonly pos_y: number }[],
  ) =>
    objects.map(({ id, pos_x: x, pos_y: y }) => {
      const isDefault = x === defaults[kind].x && y === defaults[kind].y
      return { kind, id, x, y, stored: { x, y }, placed: !isDefault && !(x === 0 && y === 0) }
    })
  // The tokens of a block are next to each other.
  const tokens = state.client_tokens.toSorted(
    (left, right) => left.incoming_block_id - right.incoming_block_id || left.id - right.id,
  )
  return [...of('token', tokens), ...of('block', state.incoming_blocks), ...of('endpoint', state.endpoints)]
}

const countUnplaced = (ids: readonly { readonly id: number; readonly placed: boolean }[]): number =>
  ids.reduce((count, { placed }) => count + (placed ? 0 : 1), 0)

/** The median x of a kind's cards, in pixels; the default of its column where there are none. */
export function columnX(kind: NodeKind, cards: Iterable<PlacedCard>): number {
  const xs = [...cards]
    .filter((card) => card.kind === kind)
    .map(({ x }) => x)
    .sort((left, right) => left - right)
  return xs[Math.floor(xs.length / 2)] ?? columns[kind]
}

/** Moves the card down until it overlaps no other card. */
function firstFreePosition(card: Stored, taken: readonly Stored[]): Stored {
  let { y } = card
  for (;;) {
    const blocker = taken.find((other) => overlaps({ ...card, y }, other))
    if (blocker === undefined) return { ...card, y }
    y = snap(blocker.y + cardSizes[blocker.kind].height + GAPS[card.kind])
  }
}

/** Computed positions are not written to the server until a card is moved. */
export function placeCards(state: StateView): CardPlacement {
  const cards = storedCards(state)
  const placed = cards.filter((card) => card.placed)
  const top = Math.min(...placed.map(({ y }) => y), Infinity)
  const positioned = [...placed]
  for (const kind of kinds) {
    const x = columnX(kind, placed)
    const unplaced = cards.filter((card) => card.kind === kind && !card.placed)
    let y = Number.isFinite(top) ? top : -columnHeight(kind, countUnplaced(unplaced)) / 2
    for (const card of unplaced) {
      const position = firstFreePosition({ ...card, x, y: snap(y) }, positioned)
      positioned.push(position)
      y = position.y + cardSizes[kind].height + GAPS[kind]
    }
  }
  return new Map(positioned.map((card) => [nodeKey(card), card]))
}

const columnHeight = (kind: NodeKind, count: number): number =>
  count * cardSizes[kind].height + (count - 1) * GAPS[kind]
