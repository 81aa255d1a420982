/**
 * A wire from an incoming block to an endpoint: its width follows the traffic, and it is dashed during a cooldown of
 * the endpoint that concerns all requests, and where no request can take it.
 */
import type { EdgeProps } from '@xyflow/react'
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import type { Line } from '../model/edges.ts'
import { isBusy, wireWidth, type Rates } from '../model/lines/traffic-flow.ts'
import { useLivePaint } from './use-live-paint.ts'
import { WireChip } from './wire-chip.tsx'
import { curveAlong, pathOf, type Curve } from '../model/lines/wire-curve.ts'
import type { EndpointLive } from '../../state/live/live-store.ts'
import { wireKey } from '../../state/node-ref.ts'
import styles from './wire.module.css'

/** In pixels. Lines end at the centre of a handle, below it. */
const HANDLE_RADIUS = 6

export function useCurve({ sourceX, sourceY, targetX, targetY, data }: EdgeProps<Line>): Curve {
  const lane = data?.lane
  return useMemo(
    () =>
      curveAlong(
        { x: sourceX - HANDLE_RADIUS, y: sourceY },
        { x: targetX + HANDLE_RADIUS, y: targetY },
        lane,
      ),
    [sourceX, sourceY, targetX, targetY, lane],
  )
}

interface Figures {
  readonly tokens_per_second: number
  readonly requests_per_second: number
  readonly inflight: number
}

export function paintLine(line: SVGPathElement | null, figures: Figures | undefined): void {
  if (line === null) return
  const rates = figures ?? { tokens_per_second: 0, requests_per_second: 0, inflight: 0 }
  // In steps that can be seen: another width has the browser paint all lines again.
  const width = wireWidth(rates.tokens_per_second).toFixed(1)
  if (line.style.getPropertyValue('--width') !== width) line.style.setProperty('--width', width)
  line.toggleAttribute('data-idle', !isBusy({ errors_per_second: 0, ...rates }))
}

export const Wire = memo(function Wire(edge: EdgeProps<Line>) {
  const { id, data } = edge
  const { traffic, wireFocus } = useCanvasParts()
  const curve = useCurve(edge)
  const line = useRef<SVGPathElement>(null)
  const isActive = useStore(wireFocus.store, ({ active }) => active === id)
  const [blockId, endpointId] = [data?.fromId ?? 0, data?.toId ?? 0]

  useLayoutEffect(() => traffic.place(id, curve), [traffic, id, curve])
  useEffect(() => () => traffic.remove(id), [traffic, id])
  useEffect(() => traffic.hold(id, isActive), [traffic, id, isActive])
  useLivePaint(
    'wire',
    wireKey({ blockId, endpointId }),
    useCallback(
      (rates: Rates | undefined) => {
        paintLine(line.current, rates)
        traffic.rate(id, rates)
      },
      [traffic, id],
    ),
  )
  useLivePaint(
    'endpoint',
    String(endpointId),
    useCallback((figures: EndpointLive | undefined) => {
      const isCooling = figures !== undefined && figures.cooldown_remaining_s > 0
      line.current?.toggleAttribute('data-cooling', isCooling && figures.cooldown_scope?.others !== 'served')
    }, []),
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
        data-selected={edge.selected || undefined}
      />
      <path d={path} className={styles.reach} />
      <WireChip
        edgeId={id}
        wire={{ blockId, endpointId }}
        isUsable={data?.broken !== true}
        curve={curve}
        isOpen={isActive}
      />
    </>
  )
})
