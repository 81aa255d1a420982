/** Keeps the page's selection and the canvas's selection equal, in both directions. */
import type { ReactFlowProps } from '@xyflow/react'
import { useEffect, useMemo } from 'react'
import { usePage, useWorkspace } from '../../state/page/page.tsx'
import type { WorkspaceStore } from '../../state/workspace/workspace.ts'
import { wireRefOfLine, wireEdgeId, type Line } from '../model/edges.ts'
import type { Graph } from './use-graph.ts'
import type { CardNode } from '../model/nodes.ts'
import { nodeKey, nodeOfKey } from '../../state/node-ref.ts'

type Handlers = Pick<
  ReactFlowProps<CardNode, Line>,
  'onSelectionChange' | 'onSelectionStart' | 'onSelectionEnd'
>

interface Chosen {
  readonly nodes: readonly CardNode[]
  readonly edges: readonly Line[]
}

const isSameSet = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((id) => right.includes(id))

function publishSelection(workspace: WorkspaceStore, { nodes, edges }: Chosen): void {
  const before = workspace.getState()
  const refs = nodes.map(({ id }) => nodeOfKey(id))
  // A selection box includes the lines between its cards: they are ignored.
  const wires = refs.length > 0 ? [] : edges.map(wireRefOfLine).filter((wire) => wire !== undefined)
  const isSame =
    isSameSet(before.nodes.map(nodeKey), refs.map(nodeKey)) &&
    isSameSet(before.wires.map(wireEdgeId), wires.map(wireEdgeId))
  if (!isSame) workspace.select(refs, wires)
}

/** While a selection box is open, the page's selection does not change. */
function createHandlers(workspace: WorkspaceStore): Handlers {
  let isBoxing = false
  let isFirst = true
  let chosen: Chosen = { nodes: [], edges: [] }
  return {
    onSelectionChange(next) {
      chosen = next
      // React Flow reports an empty selection before it has received any card.
      const isInitial = isFirst && next.nodes.length + next.edges.length === 0
      isFirst = false
      if (!isBoxing && !isInitial) publishSelection(workspace, chosen)
    },
    onSelectionStart: () => void (isBoxing = true),
    onSelectionEnd() {
      isBoxing = false
      publishSelection(workspace, chosen)
    },
  }
}

export function useSelection({ select }: Graph): Handlers {
  const { workspace } = usePage()
  const nodes = useWorkspace((view) => view.nodes)
  const wires = useWorkspace((view) => view.wires)
  useEffect(() => select(nodes, wires), [nodes, wires, select])
  return useMemo(() => createHandlers(workspace), [workspace])
}
