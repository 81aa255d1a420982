/** What is written when cards have been moved. */
import type { StateView } from '../../../../src/contract/gateway.ts'
import { nodeKey, nodeOfKey, noteKey, type CanvasItem, type PlacedItem } from '../../state/node-ref.ts'
import type { Point } from './card.ts'
import { memberPositions } from './fleet/followers.ts'
import type { Shown } from './fleet/shown.ts'
import type { CardPlacement } from './placement.ts'

interface Moves {
  readonly after: readonly PlacedItem[]
  /** The same cards at their positions on the server. */
  readonly before: readonly PlacedItem[]
}

const samePoint = (left: Point, right: Point): boolean => left.x === right.x && left.y === right.y

/**
 * Also has the computed positions of cards that were never placed: they depend on other cards and would change with
 * them. A group is moved by its members, which take their places in its frame, folded or not.
 * @param positions - where cards have been moved to, by key.
 */
export function movesOf(
  state: Pick<StateView, 'endpoints' | 'canvas_notes'>,
  { groups }: Shown,
  placement: CardPlacement,
  positions: ReadonlyMap<string, Point>,
): Moves {
  const stored = new Map(state.endpoints.map(({ id, pos_x: x, pos_y: y }) => [id, { x, y }]))
  const after: PlacedItem[] = []
  const before: PlacedItem[] = []
  const addRef = (ref: CanvasItem, from: Point, to: Point): void => {
    if (samePoint(from, to)) return
    after.push({ ...ref, x: to.x, y: to.y })
    before.push({ ...ref, x: from.x, y: from.y })
  }
  const add = (key: string, from: Point, to: Point): void => addRef(nodeOfKey(key), from, to)
  for (const [key, card] of placement) {
    if (card.follows) continue
    const { x, y } = positions.get(key) ?? card
    const group = groups.find((one) => one.key === key)
    if (group === undefined) add(key, card.stored, { x, y })
    else if (positions.has(key) || !card.placed)
      for (const [id, at] of memberPositions(group.ids, { x, y }))
        add(nodeKey({ kind: 'endpoint', id }), stored.get(id) ?? { x: 0, y: 0 }, at)
  }
  for (const { id, pos_x: x, pos_y: y } of state.canvas_notes) {
    const to = positions.get(noteKey(id))
    if (to) addRef({ kind: 'note', id }, { x, y }, to)
  }
  return { after, before }
}
