/** The cards of the configuration as nodes of the canvas. */
import type { Node } from '@xyflow/react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { capitalize } from '../../format/capitalize.ts'
import { namesByKey } from '../../state/named-objects.ts'
import { nodeNouns, type NodeKind } from '../../state/node-ref.ts'
import { cardSizes, kinds } from './card.ts'
import type { CardPlacement } from './placement.ts'

export type CardNode = Node<Record<string, never>, NodeKind>

const noData: Record<string, never> = {}

/**
 * @param before - the nodes as they are shown; a node that does not change keeps its identity.
 * @param held - ids of cards that keep their position on screen.
 */
export function cardsOf(
  state: StateView,
  placement: CardPlacement,
  before: readonly CardNode[],
  held: ReadonlySet<string>,
): CardNode[] {
  const old = new Map(before.map((node) => [node.id, node]))
  const names = namesByKey(state)
  return readingOrder(placement).map(([id, { kind, x, y }]) => {
    const known = old.get(id)
    const ariaLabel = `${capitalize(nodeNouns[kind])} ${names.get(id) ?? ''}`
    if (known !== undefined) {
      const stays = held.has(id) || (known.position.x === x && known.position.y === y)
      if (stays && known.ariaLabel === ariaLabel) return known
      return { ...known, ariaLabel, position: stays ? known.position : { x, y } }
    }
    const { width, height } = cardSizes[kind]
    return {
      id,
      type: kind,
      position: { x, y },
      data: noData,
      width,
      height,
      ariaLabel,
      ariaRole: 'group',
      domAttributes: { 'aria-roledescription': 'card' },
    }
  })
}

/** Column by column from the top; the Tab key follows the same order. */
const readingOrder = (placement: CardPlacement) =>
  [...placement].sort(
    ([, left], [, right]) =>
      kinds.indexOf(left.kind) - kinds.indexOf(right.kind) ||
      left.y - right.y ||
      left.x - right.x ||
      left.id - right.id,
  )
