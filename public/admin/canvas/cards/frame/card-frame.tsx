/** The frame of every card: handles, draft mark, and the summary that is shown at low zoom. */
import { useState, type MouseEvent, type ReactNode } from 'react'
import { useStore } from 'zustand'
import { joinClasses } from '../../../../ui/styles/join-classes.ts'
import type { Condition } from '../../../endpoint-condition/endpoint-condition.ts'
import { usePage } from '../../../state/page/page.tsx'
import { nodeKey, type NodeRef } from '../../../state/node-ref.ts'
import styles from './card-frame.module.css'
import { CardHandle } from './card-handle.tsx'
import { FarSummary } from './far-summary.tsx'
import { FigureAge } from './figure-age.tsx'
import { useConnectionVerdict } from './use-connection-verdict.ts'
import { useCanvasParts } from '../../controllers/canvas-context.ts'

interface CardFrameProps {
  readonly node: NodeRef
  readonly name: string
  readonly selected: boolean
  /** The colour of the card on the map. */
  readonly condition?: Condition
  /** Shown before the name at low zoom. */
  readonly mark?: ReactNode
  /** Shown instead of the details at low zoom. */
  readonly summary: ReactNode
  /** On the upper edge, but not at low zoom. */
  readonly flag?: { readonly text: string; readonly title: string } | undefined
  readonly children: ReactNode
}

const HANDLES = {
  token: { source: 'Connect client token' },
  block: { target: 'Connect to incoming block', source: 'Connect incoming block' },
  endpoint: { target: 'Connect to endpoint' },
} as const

export function CardFrame({
  node,
  name,
  selected,
  condition,
  mark,
  summary,
  flag,
  children,
}: CardFrameProps) {
  const target = useConnectionVerdict(node)
  const { wiring } = useCanvasParts()
  const endWire = (event: MouseEvent) => {
    if (wiring.store.getState().pending === undefined) return
    event.stopPropagation()
    wiring.press(node, false)
  }
  const isNew = useIsNew()
  const isUnsaved = useStore(usePage().drafts, (drafts) => nodeKey(node) in drafts)
  const handles: { target?: string; source?: string } = HANDLES[node.kind]
  return (
    <div
      className={joinClasses(styles.card, isNew && styles.appears)}
      data-kind={node.kind}
      data-selected={selected || undefined}
      data-condition={condition}
      role={target?.kind === 'refused' ? 'group' : undefined}
      aria-disabled={target?.kind === 'refused' || undefined}
      data-target={target?.kind === 'refused' ? 'shut' : target && 'open'}
      onClickCapture={endWire}
      title={target?.kind === 'refused' ? target.reason : undefined}
    >
      {handles.target !== undefined && (
        <CardHandle node={node} type="target" label={`${handles.target} ${name}`} />
      )}
      <div className={styles.near}>{children}</div>
      {flag !== undefined && (
        <span className={styles.flag} title={flag.title}>
          {flag.text}
        </span>
      )}
      <FigureAge />
      {isUnsaved && <span className={styles.unsaved}>unsaved</span>}
      <FarSummary name={name} mark={mark} detail={summary} />
      {handles.source !== undefined && (
        <CardHandle node={node} type="source" label={`${handles.source} ${name}`} />
      )}
    </div>
  )
}

/** Whether the card appeared after the canvas had settled; it then fades in. */
function useIsNew(): boolean {
  const { isSettled } = useCanvasParts()
  const [isNew] = useState(isSettled)
  return isNew
}
