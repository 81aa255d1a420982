/** The positions of cards: as stored for placed cards, computed without overlap for the others. */
import type { StateView } from '../../../../src/contract/gateway.ts'
import { nodeKey, type NodeKind } from '../../state/node-ref.ts'
import {
  cardSizes,
  columnOf,
  columns,
  firstFreePosition,
  FOLDED_BLOCK,
  kinds,
  snap,
  type PlacedBox,
  type Point,
} from './card.ts'
import { GAPS, inColumns } from './fleet/columns.ts'
import type { EndpointGroup } from './fleet/endpoint-groups.ts'
import { frameOf } from './fleet/grid.ts'
import { placeFollowers } from './fleet/followers.ts'
import { shownOf, type Shown } from './fleet/shown.ts'

/** The server's default positions, besides 0, 0: an object at its default counts as not placed. */
const defaults: Readonly<Record<NodeKind, Point>> = {
  token: { x: 80, y: 100 },
  block: { x: 256, y: 300 },
  endpoint: { x: 500, y: 200 },
}

export type CardPlacement = ReadonlyMap<string, PlacedBox>

interface Positioned {
  readonly id: number
  readonly pos_x: number
  readonly pos_y: number
}

function boxOf(kind: NodeKind, { id, pos_x: x, pos_y: y }: Positioned, size = cardSizes[kind]): PlacedBox {
  const isDefault = x === defaults[kind].x && y === defaults[kind].y
  const placed = !isDefault && !(x === 0 && y === 0)
  const key = nodeKey({ kind, id })
  return { key, kind, id, x, y, ...size, stored: { x, y }, placed, follows: false }
}

/** A group is where its first placed member says. */
function groupBox(group: EndpointGroup, isOpen: boolean, byId: ReadonlyMap<number, Positioned>): PlacedBox {
  const frame = frameOf(group.ids.length, cardSizes.endpoint)
  const members = group.ids.map((id) => boxOf('endpoint', byId.get(id) ?? { id, pos_x: 0, pos_y: 0 }))
  const index = members.findIndex(({ placed }) => placed)
  const { x: left, y: top } = frame.cells[Math.max(0, index)] ?? { x: 0, y: 0 }
  const { x, y } = members[Math.max(0, index)]?.stored ?? { x: 0, y: 0 }
  const { width, height } = isOpen ? frame : cardSizes.group
  const corner = { x: x - left, y: y - top }
  return {
    key: group.key,
    kind: 'group',
    id: 0,
    ...corner,
    width,
    height,
    stored: corner,
    placed: index >= 0,
    follows: false,
  }
}

/** The cards that have positions of their own. */
function leadingCards(state: StateView, shown: Shown): PlacedBox[] {
  // The tokens of a block are next to each other.
  const tokens = shown.foldsTokens
    ? []
    : state.client_tokens.toSorted(
        (left, right) => left.incoming_block_id - right.incoming_block_id || left.id - right.id,
      )
  const byId = new Map(state.endpoints.map((endpoint) => [endpoint.id, endpoint]))
  return [
    ...tokens.map((token) => boxOf('token', token)),
    ...state.incoming_blocks.map((block) =>
      boxOf('block', block, shown.foldsTokens ? FOLDED_BLOCK : cardSizes.block),
    ),
    ...shown.groups.map((group) => groupBox(group, shown.open.has(group.key), byId)),
    ...state.endpoints.filter(({ id }) => !shown.groupOf.has(id)).map((one) => boxOf('endpoint', one)),
  ]
}

/** The median x of a column's cards, in pixels; its default where there are none. */
export function columnX(column: NodeKind, cards: Iterable<Pick<PlacedBox, 'kind' | 'x'>>): number {
  const xs = [...cards]
    .filter(({ kind }) => columnOf(kind) === column)
    .map(({ x }) => x)
    .sort((left, right) => left - right)
  return xs[Math.floor(xs.length / 2)] ?? columns[column]
}

/**
 * Computed positions are not written to the server until a card is moved.
 * @returns the cards that are shown, by key.
 */
export function placeCards(state: StateView, shown: Shown = shownOf(state)): CardPlacement {
  const cards = leadingCards(state, shown)
  const fixed = cards.filter(({ placed, kind }) => placed && kind !== 'group')
  const positioned = [...fixed]
  // An unfolded group is larger than the card that was placed.
  for (const group of cards.filter(({ placed, kind }) => placed && kind === 'group'))
    positioned.push(firstFreePosition(group, positioned, GAPS.endpoint))
  const top = Math.min(...positioned.map(({ y }) => y), Infinity)
  const own = (kind: NodeKind) => (card: PlacedBox) => columnOf(card.kind) === kind
  const started = new Set(kinds.filter((kind) => positioned.some(own(kind))))
  const unplaced = cards.filter(({ placed }) => !placed)
  const wrapped = inColumns(
    unplaced.filter(({ kind }) => !started.has(columnOf(kind))),
    endpointX(positioned),
  )
  const highest = Math.min(...[...wrapped.values()].map(({ y }) => y))
  for (const kind of kinds) {
    let y = top
    for (const card of unplaced.filter(own(kind))) {
      const at = wrapped.get(card.key)
      const wanted = at
        ? { x: at.x, y: Number.isFinite(top) ? snap(at.y - highest + top) : at.y }
        : { x: columnX(kind, fixed), y: snap(y) }
      const position = firstFreePosition({ ...card, ...wanted }, positioned, GAPS[kind])
      positioned.push(position)
      y = position.y + card.height + GAPS[kind]
    }
  }
  const followers = placeFollowers(state, shown, positioned)
  return new Map([...positioned, ...followers].map((card) => [card.key, card]))
}

/** Endpoints stand right of the placed blocks. */
function endpointX(placed: readonly PlacedBox[]): Partial<Record<NodeKind, number>> {
  const rights = placed.filter(({ kind }) => kind === 'block').map(({ x, width }) => x + width)
  const usual = columns.block + cardSizes.block.width
  const shift = Math.max(usual, ...rights) - usual
  return shift > 0 ? { endpoint: snap(columns.endpoint + shift) } : {}
}
