/** Keeps the page's selection and the canvas's selection equal, in both directions. */
import type { ReactFlowProps } from '@xyflow/react'
import { useEffect, useMemo } from 'react'
import { usePage, useWorkspace } from '../../state/page/page.tsx'
import { wireRefOfLine, type Line } from '../model/edges.ts'
import type { Graph } from './use-graph.ts'
import type { CardNode } from '../model/nodes.ts'
import { createSelectionSync, type SelectionSync } from '../model/selection-sync.ts'
import { nodeOfKey } from '../../state/node-ref.ts'

type Handlers = Pick<
  ReactFlowProps<CardNode, Line>,
  'onSelectionChange' | 'onSelectionStart' | 'onSelectionEnd'
>

interface Chosen {
  readonly nodes: readonly CardNode[]
  readonly edges: readonly Line[]
}

function publishSelection(sync: SelectionSync, { nodes, edges }: Chosen): void {
  const refs = nodes.map(({ id }) => nodeOfKey(id))
  // A selection box includes the lines between its cards: they are ignored. The page knows no preferences.
  const wires = refs.length > 0 ? [] : edges.map(wireRefOfLine).filter((wire) => wire !== undefined)
  const isWhole = wires.length === edges.length || refs.length + wires.length === 0
  sync.publish({ nodes: refs, wires }, isWhole)
}

/** While a selection box is open, the page's selection does not change. */
function createHandlers(sync: SelectionSync): Handlers {
  let isBoxing = false
  let isFirst = true
  let chosen: Chosen = { nodes: [], edges: [] }
  return {
    onSelectionChange(next) {
      chosen = next
      // React Flow reports an empty selection before it has received any card.
      const isInitial = isFirst && next.nodes.length + next.edges.length === 0
      isFirst = false
      if (!isBoxing && !isInitial) publishSelection(sync, chosen)
    },
    onSelectionStart: () => void (isBoxing = true),
    onSelectionEnd() {
      isBoxing = false
      publishSelection(sync, chosen)
    },
  }
}

export function useSelection({ select }: Graph): Handlers {
  const { workspace } = usePage()
  const nodes = useWorkspace((view) => view.nodes)
  const wires = useWorkspace((view) => view.wires)
  const sync = useMemo(() => createSelectionSync(workspace), [workspace])
  useEffect(() => {
    if (sync.isForeign({ nodes, wires })) select(nodes, wires)
  }, [nodes, wires, select, sync])
  return useMemo(() => createHandlers(sync), [sync])
}
