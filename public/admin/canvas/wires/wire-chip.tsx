/** The chip of a wire with its rates; under the pointer or with the focus it becomes a toolbar. */
import { EdgeLabelRenderer, useStore as useFlow, ViewportPortal } from '@xyflow/react'
import { Plus, Spline, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '../../../ui/buttons/icon-button.tsx'
import { MISSING, rate } from '../../../ui/format/figures.ts'
import { hitWords } from '../../endpoint-condition/work-words.ts'
import { useLive, usePage } from '../../state/page/page.tsx'
import { wireKey, type WireRef } from '../../state/node-ref.ts'
import { useCanvasParts } from '../controllers/canvas-context.ts'
import { unusableWords } from '../model/edges.ts'
import { MIN_DETAIL_ZOOM } from '../model/zoom-detail.ts'
import { isBusy, type Rates } from '../model/lines/traffic-flow.ts'
import { pointAt, type Curve } from '../model/lines/wire-curve.ts'
import { LineToolbar } from './line-toolbar.tsx'
import styles from './wire.module.css'

interface WireChipProps {
  readonly edgeId: string
  readonly wire: WireRef
  /** Whether any request can take the wire. */
  readonly isUsable: boolean
  readonly curve: Curve
  readonly isOpen: boolean
}

/** Position of the chip along the wire. At the middle, chips of crossing wires would overlap. */
const CHIP_POSITION = 0.6
/** Position of the toolbar along the wire: both ends of the wire stay free to drag. */
const TOOLBAR_POSITION = 0.5
/** Chips that are more than this many pixels outside of the visible canvas are not rendered. */
const MARGIN = 120

const isNear = (at: number, size: number): boolean => at > -MARGIN && at < size + MARGIN

interface ChipPlaceProps {
  readonly curve: Curve
  readonly isOpen: boolean
  readonly children: ReactNode
}

/** Where a chip or its toolbar stands on its line, as far as that is in view. */
export function ChipPlace({ curve, isOpen, children }: ChipPlaceProps) {
  const { x, y } = pointAt(curve, isOpen ? TOOLBAR_POSITION : CHIP_POSITION)
  const isSeen = useFlow(
    ({ transform: [left, top, zoom], width, height }) =>
      zoom >= MIN_DETAIL_ZOOM && isNear(x * zoom + left, width) && isNear(y * zoom + top, height),
  )
  if (!isSeen && !isOpen) return null
  // Cards may cover a chip, but not a toolbar.
  const Layer = isOpen ? ViewportPortal : EdgeLabelRenderer
  return (
    <Layer>
      <div
        className={styles.chipPlace}
        style={{ transform: `translate(${x}px, ${y}px) scale(var(--steady, 1))` }}
      >
        {children}
      </div>
    </Layer>
  )
}

export const WireChip = (props: WireChipProps) => (
  <ChipPlace curve={props.curve} isOpen={props.isOpen}>
    {props.isOpen ? <Toolbar {...props} /> : <Chip {...props} />}
  </ChipPlace>
)

const useWireLive = (wire: WireRef) => useLive('wire', wireKey(wire))

const NO_MODEL = 'no model allowed'

function Chip({ wire, isUsable }: WireChipProps) {
  const live = useWireLive(wire)
  // A wire has traffic for a while after it has become unusable.
  if (!isUsable && !(live && isBusy(live)))
    return (
      <span className={styles.chip} data-broken aria-hidden="true">
        {NO_MODEL}
      </span>
    )
  if (live === undefined || !isBusy(live)) return null
  return (
    <span className={styles.chip} aria-hidden="true">
      <Speeds {...live} />
    </span>
  )
}

export function Speeds(
  rates: Pick<Rates, 'tokens_per_second' | 'requests_per_second' | 'errors_per_second'>,
) {
  return (
    <>
      <b>{rate(rates.tokens_per_second)}</b> tok/s
      <span className={styles.requests}> · {rate(rates.requests_per_second)} req/s</span>
      {rates.errors_per_second > 0 && (
        <span className={styles.errors} title="failed requests">
          {' '}
          ◆ {rate(rates.errors_per_second)}/s
        </span>
      )}
    </>
  )
}

/** In the toolbar alone: a chip has the rates and no more. */
function HitRate({ cached_percent: cached = null }: { readonly cached_percent?: number | null }) {
  const words = hitWords(cached)
  if (words === undefined) return null
  return <span title={words[1]}> · {words[0]}</span>
}

function Toolbar({ edgeId, wire, isUsable }: WireChipProps) {
  const { gateway, workspace } = usePage()
  const { actions, wireFocus, wiring } = useCanvasParts()
  const live = useWireLive(wire)
  const state = gateway.getState().state
  const block = state?.incoming_blocks.find(({ id }) => id === wire.blockId)?.name ?? ''
  const endpoint = state?.endpoints.find(({ id }) => id === wire.endpointId)?.name ?? ''
  return (
    <LineToolbar edgeId={edgeId} label={`Wire from ${block} to ${endpoint}`}>
      {isUsable ? (
        <span className={styles.rates}>
          {live === undefined ? MISSING : <Speeds {...live} />}
          <HitRate {...live} />
        </span>
      ) : (
        <span className={styles.rates} data-broken title={unusableWords(block, endpoint)}>
          {NO_MODEL}
        </span>
      )}
      <IconButton
        size="small"
        label={`Add an endpoint to ${block}`}
        icon={<Plus />}
        onClick={() => workspace.openDialog({ name: 'new-endpoint', blockId: wire.blockId })}
      />
      <IconButton
        size="small"
        label="Lead to another endpoint"
        icon={<Spline />}
        onClick={({ detail }) => {
          wireFocus.dismiss()
          // A click by key has a detail of 0.
          wiring.startRewire(wire, detail === 0)
        }}
      />
      <IconButton
        size="small"
        label="Remove wire"
        icon={<X />}
        variant="danger"
        onClick={() => {
          wireFocus.dismiss()
          void actions.remove([wire])
        }}
      />
    </LineToolbar>
  )
}
