/** All wires from an incoming block to a group of endpoints as one line; under the pointer it spreads to the group's cards. */
import { useInternalNode, type EdgeProps } from '@xyflow/react'
import { memo, useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { usePage } from '../../state/page/page.tsx'
import { nodeKey, wireKey, type WireRef } from '../../state/node-ref.ts'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import type { Line } from '../model/edges.ts'
import { sumOfRates } from '../model/lines/traffic-flow.ts'
import { curveAlong, pathOf } from '../model/lines/wire-curve.ts'
import { BundleChip } from './bundle-chip.tsx'
import { useLivePaint } from './use-live-paint.ts'
import { paintLine, useCurve } from './wire.tsx'
import styles from './wire.module.css'

const NO_WIRES: readonly WireRef[] = []

export const Bundle = memo(function Bundle(edge: EdgeProps<Line>) {
  const { id, data } = edge
  const { traffic, wireFocus } = useCanvasParts()
  const { live } = usePage()
  const curve = useCurve(edge)
  const line = useRef<SVGPathElement>(null)
  const isActive = useStore(wireFocus.store, ({ active }) => active === id)
  const wires = data?.wires ?? NO_WIRES
  useLayoutEffect(() => traffic.place(id, curve), [traffic, id, curve])
  useEffect(() => () => traffic.remove(id), [traffic, id])
  useEffect(() => traffic.hold(id, isActive), [traffic, id, isActive])
  useLivePaint(
    'gateway',
    '',
    useCallback(() => {
      const rates = sumOfRates(wires.map((wire) => live.get('wire', wireKey(wire))))
      paintLine(line.current, rates)
      traffic.rate(id, rates)
    }, [live, traffic, id, wires]),
  )
  const path = pathOf(curve)
  return (
    <>
      <path
        ref={line}
        d={path}
        className={styles.line}
        data-active={isActive || undefined}
        data-broken={data?.broken || undefined}
        data-spread={data?.isSpread || undefined}
        data-selected={edge.selected || undefined}
      />
      <path d={path} className={styles.reach} />
      {isActive &&
        wires.map((wire) => <Strand key={wireKey(wire)} edge={edge} endpointId={wire.endpointId} />)}
      <BundleChip edgeId={id} group={edge.target} wires={wires} curve={curve} isOpen={isActive} />
    </>
  )
})

/** The way to one member of the group, where its card is shown. */
function Strand({ edge, endpointId }: { readonly edge: EdgeProps<Line>; readonly endpointId: number }) {
  const card = useInternalNode(nodeKey({ kind: 'endpoint', id: endpointId }))
  if (card === undefined) return null
  const { x, y } = card.internals.positionAbsolute
  const { sourceX, sourceY, data } = edge
  const end = { x, y: y + (card.height ?? 0) / 2 }
  const curve = curveAlong({ x: sourceX, y: sourceY }, end, data?.lane)
  return <path d={pathOf(curve)} className={styles.strand} />
}
