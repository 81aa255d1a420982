/** The cards of the configuration as nodes of the canvas. */
import type { Node } from '@xyflow/react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import { capitalize } from '../../format/capitalize.ts'
import { namesByKey } from '../../state/named-objects.ts'
import { nodeKey, nodeNouns, parseNodeKey, type NodeRef } from '../../state/node-ref.ts'
import { columnOf, kinds, type CardKind, type PlacedBox } from './card.ts'
import { shownOf, type Selection, type Shown } from './fleet/shown.ts'
import type { CardPlacement } from './placement.ts'

/** A card, or a note or frame, whose keys are no keys of cards. */
export type CardNode = Node<Record<string, never>, CardKind | 'note' | 'frame'>

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
  shown: Shown = shownOf(state),
): CardNode[] {
  const old = new Map(before.map((node) => [node.id, node]))
  const names = namesByKey(state)
  const groups = new Map(shown.groups.map((group) => [group.key, group]))
  const labelOf = ({ key, kind }: PlacedBox): string =>
    kind === 'group'
      ? `Group ${groups.get(key)?.name ?? ''}`
      : `${capitalize(nodeNouns[kind])} ${names.get(key) ?? ''}`
  return readingOrder(placement).map((box) => {
    const { key, kind, x, y, width, height } = box
    const known = old.get(key)
    const ariaLabel = labelOf(box)
    if (known?.width === width && known.height === height) {
      const stays = held.has(key) || (known.position.x === x && known.position.y === y)
      if (stays && known.ariaLabel === ariaLabel) return known
      return { ...known, ariaLabel, position: stays ? known.position : { x, y } }
    }
    const isFrame = kind === 'group' && shown.open.has(key)
    return {
      id: key,
      type: kind,
      position: { x, y },
      data: noData,
      width,
      height,
      ariaLabel,
      ariaRole: 'group',
      domAttributes: { 'aria-roledescription': kind === 'group' ? 'group of cards' : 'card' },
      ...(known && { selected: known.selected ?? false }),
      ...(known?.className !== undefined && { className: known.className }),
      ...(box.follows && { draggable: false }),
      // The ground inside of the frame belongs to the canvas, and the lines over it to themselves.
      ...(isFrame && { zIndex: -1, style: { pointerEvents: 'none' as const } }),
    }
  })
}

/** Column by column from the top; the Tab key follows the same order. */
const readingOrder = (placement: CardPlacement): PlacedBox[] =>
  [...placement.values()].sort(
    (left, right) =>
      kinds.indexOf(columnOf(left.kind)) - kinds.indexOf(columnOf(right.kind)) ||
      left.y - right.y ||
      left.x - right.x ||
      left.id - right.id,
  )

/** The keys of the cards that are selected; a group is if all of its members are. */
export function selectedKeys({ nodes }: Selection, { groups }: Shown): ReadonlySet<string> {
  const keys = new Set(nodes.map(nodeKey))
  const whole = groups.filter(({ ids }) => ids.every((id) => keys.has(nodeKey({ kind: 'endpoint', id }))))
  return new Set([...keys, ...whole.map(({ key }) => key)])
}

/** The objects that cards stand for, each once. */
export function objectsOfCards(keys: readonly string[], { groups }: Shown): NodeRef[] {
  const found = new Map<string, NodeRef>()
  for (const key of keys) {
    const members = groups
      .find((group) => group.key === key)
      ?.ids.map((id) => ({ kind: 'endpoint' as const, id }))
    const node = parseNodeKey(key)
    for (const one of members ?? (node ? [node] : [])) found.set(nodeKey(one), one)
  }
  return [...found.values()]
}
