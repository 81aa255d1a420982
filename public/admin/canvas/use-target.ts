/** Whether the wire that a hand or a key is leading could end at a card. */
import { useConnection } from '@xyflow/react'
import { useStore } from 'zustand'
import { usePage } from '../state/page.tsx'
import { sameNode, type NodeRef } from '../state/workspace.ts'
import { useCanvasParts } from './canvas-context.ts'
import { cardOf } from './card.ts'
import { judgeLed, type Verdict } from './connection-rules.ts'

/** @returns undefined while no wire is being led, and of the card that it starts from. */
export function useTarget(node: NodeRef): Verdict | undefined {
  const { wiring } = useCanvasParts()
  const { gateway } = usePage()
  const dragged = useConnection(({ fromHandle }) => fromHandle?.nodeId)
  const tapped = useStore(wiring.store, (state) => state.led)
  const led = dragged === undefined ? tapped : { from: cardOf(dragged), replacing: undefined }
  const { state } = gateway.getState()
  if (led === undefined || state === undefined || sameNode(led.from, node)) return undefined
  return judgeLed(state, led, node)
}
