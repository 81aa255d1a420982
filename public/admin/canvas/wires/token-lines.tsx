/** The lines of a client token: to its incoming block and to its preferred endpoint. */
import type { EdgeProps } from '@xyflow/react'
import { memo, useCallback, useRef } from 'react'
import type { Line } from '../model/edges.ts'
import { useLivePaint } from './use-live-paint.ts'
import { paintLine, useCurve } from './wire.tsx'
import { pathOf } from '../model/lines/wire-curve.ts'
import styles from './wire.module.css'

export const MemberLine = memo(function MemberLine(edge: EdgeProps<Line>) {
  const line = useRef<SVGPathElement>(null)
  const path = pathOf(useCurve(edge))
  useLivePaint(
    'token',
    String(edge.data?.fromId),
    useCallback((figures) => paintLine(line.current, figures), []),
  )
  return <path ref={line} d={path} className={styles.line} />
})

export const PreferenceLine = memo(function PreferenceLine(edge: EdgeProps<Line>) {
  const path = pathOf(useCurve(edge))
  return (
    <>
      <path
        d={path}
        className={styles.preference}
        data-broken={edge.data?.broken || undefined}
        data-selected={edge.selected || undefined}
      />
      <path d={path} className={styles.reach} />
    </>
  )
})
