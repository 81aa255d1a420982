/** Whether the dragged or pending wire can be connected to a card. */
import { useConnection } from '@xyflow/react'
import { useStore } from 'zustand'
import { usePage } from '../../../state/page/page.tsx'
import { nodeOfKey, sameNode, type NodeRef } from '../../../state/node-ref.ts'
import { useCanvasParts } from '../../controllers/canvas-context.ts'
import { checkPendingWire, type Verdict } from '../../model/connection-rules.ts'

/** @returns undefined while no wire is dragged or pending, and for the card where the wire starts. */
export function useConnectionVerdict(node: NodeRef): Verdict | undefined {
  const { wiring } = useCanvasParts()
  const { gateway } = usePage()
  const dragged = useConnection(({ fromHandle }) => fromHandle?.nodeId)
  const tapped = useStore(wiring.store, (state) => state.pending)
  const pending = dragged === undefined ? tapped : { from: nodeOfKey(dragged), replacing: undefined }
  const { state } = gateway.getState()
  if (pending === undefined || state === undefined || sameNode(pending.from, node)) return undefined
  return checkPendingWire(state, pending, node)
}
