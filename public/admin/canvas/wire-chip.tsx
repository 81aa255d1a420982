/** What a wire carries, in a chip on it; under the pointer or the focus it becomes a toolbar. */
import { EdgeLabelRenderer, useStore as useFlow } from '@xyflow/react'
import { Plus, X } from 'lucide-react'
import { useRef, type FocusEvent, type KeyboardEvent } from 'react'
import { rate } from '../../ui/figures.ts'
import { wireId } from '../state/live-store.ts'
import { useLive, usePage } from '../state/page.tsx'
import type { WireRef } from '../state/workspace.ts'
import { useCanvasParts } from './canvas-context.ts'
import { FAR_ZOOM } from './far.ts'
import { isBusy } from './traffic.ts'
import { pointAt, type Curve } from './wire-curve.ts'
import styles from './wire.module.css'

interface WireChipProps {
  readonly edgeId: string
  readonly wire: WireRef
  readonly curve: Curve
  readonly isOpen: boolean
}

/** Not the middle, where wires that cross would have their chips on top of each other. */
const PLACE = 0.6

export function WireChip(props: WireChipProps) {
  const isFar = useFlow(({ transform }) => transform[2] < FAR_ZOOM)
  if (isFar && !props.isOpen) return null
  const { x, y } = pointAt(props.curve, PLACE)
  return (
    <EdgeLabelRenderer>
      <div
        className={styles.chipPlace}
        style={{ transform: `translate(${x}px, ${y}px) translate(-50%, -50%) scale(var(--steady, 1))` }}
      >
        {props.isOpen ? <Toolbar {...props} /> : <Chip wire={props.wire} />}
      </div>
    </EdgeLabelRenderer>
  )
}

const useWireLive = ({ blockId, endpointId }: WireRef) => useLive('wire', wireId(blockId, endpointId))

function Chip({ wire }: Pick<WireChipProps, 'wire'>) {
  const live = useWireLive(wire)
  if (live === undefined || !isBusy(live)) return null
  return (
    <span className={styles.chip} aria-hidden="true">
      <b>{rate(live.tokens_per_second)}</b> tok/s
      {live.errors_per_second > 0 && (
        <span className={styles.errors}> ◆ {rate(live.errors_per_second)} err/s</span>
      )}
    </span>
  )
}

function Toolbar({ edgeId, wire }: WireChipProps) {
  const { gateway, workspace } = usePage()
  const { actions, wireFocus } = useCanvasParts()
  const live = useWireLive(wire)
  const toolbar = useRef<HTMLDivElement>(null)
  const state = gateway.getState().state
  const block = state?.incoming_blocks.find(({ id }) => id === wire.blockId)?.name ?? ''
  const endpoint = state?.endpoints.find(({ id }) => id === wire.endpointId)?.name ?? ''
  const onBlur = ({ relatedTarget }: FocusEvent) => {
    if (!toolbar.current?.contains(relatedTarget)) wireFocus.leave(edgeId)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    wireFocus.dismiss()
  }
  return (
    <div
      ref={toolbar}
      id={`toolbar-${edgeId}`}
      role="toolbar"
      aria-label={`Wire from ${block} to ${endpoint}`}
      className={styles.toolbar}
      onMouseEnter={() => wireFocus.enter(edgeId)}
      onMouseLeave={() => wireFocus.leave(edgeId)}
      onFocus={() => wireFocus.enter(edgeId)}
      onBlur={onBlur}
      onKeyDown={onKeyDown}
    >
      <span className={styles.rates}>
        <b>{rate(live?.tokens_per_second)}</b> tok/s · {rate(live?.requests_per_second)} req/s
        {live !== undefined && live.errors_per_second > 0 && (
          <span className={styles.errors}> ◆ {rate(live.errors_per_second)} err/s</span>
        )}
      </span>
      <button
        type="button"
        className={styles.tool}
        aria-label={`Add an endpoint to ${block}`}
        title={`Add an endpoint to ${block}`}
        onClick={() => workspace.openDialog({ name: 'new-endpoint', blockId: wire.blockId })}
      >
        <Plus aria-hidden="true" />
      </button>
      <button
        type="button"
        className={styles.remove}
        aria-label="Remove wire"
        title="Remove wire"
        onClick={() => {
          wireFocus.dismiss()
          void actions.remove([wire])
        }}
      >
        <X aria-hidden="true" />
      </button>
    </div>
  )
}
