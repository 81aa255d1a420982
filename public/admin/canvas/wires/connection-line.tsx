/** The wire in a hand, and over an impossible target the reason why it cannot end there. */
import { EdgeLabelRenderer, Position, useReactFlow, type ConnectionLineComponentProps } from '@xyflow/react'
import { usePage } from '../../state/page/page.tsx'
import { checkConnection } from '../model/connection-rules.ts'
import type { CardNode } from '../model/nodes.ts'
import { curveBetween, pathOf } from '../model/lines/wire-curve.ts'
import { nodeOfKey, sameNode } from '../../state/node-ref.ts'
import styles from './wire.module.css'

export function ConnectionLine({
  fromX,
  fromY,
  toX,
  toY,
  fromPosition,
  fromNode,
  toNode,
}: ConnectionLineComponentProps<CardNode>) {
  const { state } = usePage().gateway.getState()
  const { getIntersectingNodes } = useReactFlow<CardNode>()
  const [from, to] = [
    { x: fromX, y: fromY },
    { x: toX, y: toY },
  ]
  const under = toNode ?? getIntersectingNodes({ ...to, width: 1, height: 1 })[0]
  const [start, end] = [nodeOfKey(fromNode.id), under && nodeOfKey(under.id)]
  const verdict =
    state !== undefined && end !== undefined && !sameNode(start, end)
      ? checkConnection(state, start, end)
      : undefined
  const curve = fromPosition === Position.Right ? curveBetween(from, to) : curveBetween(to, from)
  return (
    <>
      <path d={pathOf(curve)} className={styles.drawn} data-verdict={verdict?.kind} />
      {verdict?.kind === 'refused' && (
        <EdgeLabelRenderer>
          <div
            className={styles.reason}
            style={{
              transform: `translate(${toX}px, ${toY}px) scale(var(--steady, 1)) translate(14px, 14px)`,
            }}
          >
            {verdict.reason}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  )
}
