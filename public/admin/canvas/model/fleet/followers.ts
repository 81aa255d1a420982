/** The cards whose positions follow from others: client tokens of unfolded blocks, members of groups, and what is shown apart. */
import type { StateView } from '../../../../../src/contract/gateway.ts'
import { nodeKey, type NodeRef } from '../../../state/node-ref.ts'
import { cardSizes, firstFreePosition, snap, type Box, type PlacedBox, type Point } from '../card.ts'
import { frameOf, gridOf } from './grid.ts'
import { isTokenShown, type Shown } from './shown.ts'

const GAP = 16
/** Between the client tokens and the blocks. */
const BESIDE_BLOCKS = 98
const MAX_ROWS = 10
const BESIDE_ENDPOINTS = 64

function follower(node: NodeRef, { x, y }: Point): PlacedBox {
  const at = { x: snap(x), y: snap(y) }
  return {
    key: nodeKey(node),
    ...node,
    ...at,
    ...cardSizes[node.kind],
    stored: at,
    placed: false,
    follows: true,
  }
}

const byHeight = (left: Box, right: Box): number => left.y - right.y || left.x - right.x

/** Left of all blocks, each block's in a grid at its height. */
function tokenCards(state: StateView, shown: Shown, cards: readonly PlacedBox[]): PlacedBox[] {
  if (!shown.foldsTokens) return []
  const blocks = cards.filter(({ kind }) => kind === 'block')
  const right = Math.min(...blocks.map(({ x }) => x)) - BESIDE_BLOCKS
  const ids = new Map<number, number[]>()
  for (const token of state.client_tokens) {
    if (!isTokenShown(shown, token)) continue
    ids.set(token.incoming_block_id, [...(ids.get(token.incoming_block_id) ?? []), token.id])
  }
  const taken: Box[] = []
  return blocks.toSorted(byHeight).flatMap((block) => {
    const own = (ids.get(block.id) ?? []).sort((one, other) => one - other)
    if (own.length === 0) return []
    const grid = gridOf(own.length, cardSizes.token, GAP, Math.ceil(own.length / MAX_ROWS))
    const middle = block.y + block.height / 2
    const wanted = { ...grid, x: right - grid.width, y: middle - grid.height / 2 }
    const box = firstFreePosition(wanted, taken, GAP)
    taken.push(box)
    return own.map((id, index) => {
      const { x = 0, y = 0 } = grid.cells[index] ?? {}
      return follower({ kind: 'token', id }, { x: box.x + x, y: box.y + y })
    })
  })
}

/** The members of unfolded groups in their frames; of folded groups those that are shown apart, right of all endpoints. */
function memberCards(shown: Shown, cards: readonly PlacedBox[]): PlacedBox[] {
  const right = Math.max(...cards.map(({ x, width }) => x + width)) + BESIDE_ENDPOINTS
  const byKey = new Map(cards.map((card) => [card.key, card]))
  const apart: PlacedBox[] = []
  const members = shown.groups.flatMap((group) => {
    const box = byKey.get(group.key)
    if (box === undefined) return []
    if (shown.open.has(group.key))
      return [...memberPositions(group.ids, box)].map(([id, at]) => follower({ kind: 'endpoint', id }, at))
    for (const id of group.ids) {
      const node = { kind: 'endpoint', id } as const
      if (!shown.apart.has(nodeKey(node))) continue
      apart.push(firstFreePosition(follower(node, { x: right, y: box.y }), apart, GAP))
    }
    return []
  })
  return [...members, ...apart]
}

/** Where the members of a group stand in its frame, by id. */
export function memberPositions(ids: readonly number[], corner: Point): ReadonlyMap<number, Point> {
  const { cells } = frameOf(ids.length, cardSizes.endpoint)
  return new Map(
    ids.map((id, index) => {
      const { x = 0, y = 0 } = cells[index] ?? {}
      return [id, { x: corner.x + x, y: corner.y + y }]
    }),
  )
}

export const placeFollowers = (
  state: StateView,
  shown: Shown,
  cards: readonly PlacedBox[],
): readonly PlacedBox[] => [...tokenCards(state, shown, cards), ...memberCards(shown, cards)]
