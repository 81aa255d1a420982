/** Keeps the page's selection and the canvas's selection equal, in both directions. */
import { useStoreApi, type NodeChange, type ReactFlowProps } from '@xyflow/react'
import { useEffect, useMemo } from 'react'
import { usePage } from '../../state/page/page.tsx'
import { parseNoteKey, wireKey, type WireRef } from '../../state/node-ref.ts'
import { wiresOfLine, type Line } from '../model/edges.ts'
import type { Selection, Shown } from '../model/fleet/shown.ts'
import { useLatest } from '../interaction/use-latest.ts'
import type { Graph } from './use-graph.ts'
import { objectsOfCards, type CardNode } from '../model/nodes.ts'
import { createSelectionSync, type SelectionSync } from '../model/selection-sync.ts'

type Handlers = Pick<
  ReactFlowProps<CardNode, Line>,
  'onSelectionChange' | 'onSelectionStart' | 'onSelectionEnd' | 'onNodesChange'
>

interface Chosen {
  readonly nodes: readonly CardNode[]
  readonly edges: readonly Line[]
}

/** The wires of lines, each once: a bundle is shown beside its wires. */
const wiresOf = (edges: readonly Line[]): WireRef[] => [
  ...new Map(edges.flatMap(wiresOfLine).map((wire) => [wireKey(wire), wire])).values(),
]

function publishSelection(sync: SelectionSync, shown: Shown, { nodes, edges }: Chosen): void {
  const refs = objectsOfCards(
    nodes.map(({ id }) => id),
    shown,
  )
  // A selection box includes the lines between its cards: they are ignored. The page knows no preferences.
  const wires = refs.length > 0 ? [] : wiresOf(edges)
  const ignored = edges.some((line) => refs.length > 0 || wiresOfLine(line).length === 0)
  sync.publish({ nodes: refs, wires }, !ignored || refs.length + wires.length === 0)
}

/** While a selection box is open, the page's selection does not change. */
function createHandlers(
  sync: SelectionSync,
  shown: () => Shown,
  selectNotes: (ids: readonly number[]) => void,
): Handlers {
  let isBoxing = false
  let isFirst = true
  let chosen: Chosen = { nodes: [], edges: [] }
  const publish = (): void => {
    selectNotes(chosen.nodes.flatMap(({ id }) => parseNoteKey(id) ?? []))
    publishSelection(sync, shown(), chosen)
  }
  return {
    onSelectionChange(next) {
      chosen = next
      // React Flow reports an empty selection before it has received any card.
      const isInitial = isFirst && next.nodes.length + next.edges.length === 0
      isFirst = false
      if (!isBoxing && !isInitial) publish()
    },
    onSelectionStart: () => void (isBoxing = true),
    onSelectionEnd() {
      isBoxing = false
      publish()
    },
  }
}

/** A selection box is drawn inside of a frame to select some of its cards: it does not select the frame. */
function withoutFrames(
  changes: readonly NodeChange<CardNode>[],
  cards: readonly CardNode[],
): NodeChange<CardNode>[] {
  const frames = new Set(cards.filter(({ type }) => type === 'frame').map(({ id }) => id))
  return changes.filter((change) => !(change.type === 'select' && change.selected && frames.has(change.id)))
}

/** @param selection - of the page */
export function useSelection(
  { nodes: cards, select, shown, onNodesChange }: Graph,
  selection: Selection,
): Handlers {
  const { workspace } = usePage()
  const sync = useMemo(() => createSelectionSync(workspace), [workspace])
  const latest = useLatest(shown)
  const latestCards = useLatest(cards)
  const flow = useStoreApi()
  const { nodes, wires } = selection
  useEffect(() => () => workspace.selectNotes([]), [workspace])
  useEffect(() => {
    if (sync.isForeign({ nodes, wires })) select({ nodes, wires })
  }, [nodes, wires, select, sync])
  return useMemo(
    () => ({
      ...createHandlers(sync, latest, workspace.selectNotes),
      onNodesChange(changes) {
        const isBoxing = flow.getState().userSelectionActive
        onNodesChange(isBoxing ? withoutFrames(changes, latestCards()) : changes)
      },
    }),
    [sync, latest, latestCards, flow, onNodesChange, workspace],
  )
}
