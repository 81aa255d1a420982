/** Brings cards into view: those selected elsewhere on the page, and those focused by key. */
import { useReactFlow, useStore, useStoreApi, type ReactFlowProps } from '@xyflow/react'
import { useCallback, useEffect, useRef, type FocusEvent } from 'react'
import { useMediaQuery } from '../../../ui/browser/use-media-query.ts'
import { usePage, useWorkspace } from '../../state/page/page.tsx'
import { NARROW_SCREEN } from '../../state/workspace/workspace.ts'
import { nodeKey, type WireRef } from '../../state/node-ref.ts'
import type { CanvasParts } from '../controllers/canvas-context.ts'
import { MIN_DETAIL_ZOOM } from '../model/zoom-detail.ts'
import { moveDurationMs } from './move-duration.ts'
import { useRefitOnResize } from './use-refit-on-resize.ts'

interface BringIntoView {
  readonly focusing: {
    onFocus(event: FocusEvent): void
    onBlur(event: FocusEvent): void
  }
  /** Panning or zooming ends the centring on the selection. */
  readonly onMoveStart: NonNullable<ReactFlowProps['onMoveStart']>
}

const wireOf = ({ target }: FocusEvent): string | undefined =>
  target.closest('.react-flow__edge-wire')?.getAttribute('data-id') ?? undefined

/** @returns handlers that bring focused cards into view and show the toolbar of focused wires. */
export function useBringIntoView({ wireFocus }: Pick<CanvasParts, 'wireFocus'>): BringIntoView {
  // This hook comes first, so that centring on the selection overrides the fit.
  useRefitOnResize()
  const onMoveStart = useCenterOnSelection()
  const { getNodesBounds, setCenter } = useReactFlow()
  const flow = useStoreApi()
  const show = (id: string): void => {
    const { width, height, transform } = flow.getState()
    const [x, y, zoom] = transform
    const card = getNodesBounds([id])
    const [left, top] = [card.x * zoom + x, card.y * zoom + y]
    const isSeen =
      left >= 0 && top >= 0 && left + card.width * zoom <= width && top + card.height * zoom <= height
    if (isSeen) return
    void setCenter(card.x + card.width / 2, card.y + card.height / 2, { zoom, duration: moveDurationMs() })
  }
  return {
    onMoveStart,
    focusing: {
      onFocus(event) {
        if (!event.target.matches(':focus-visible')) return
        const wire = wireOf(event)
        if (wire !== undefined) wireFocus.enter(wire)
        if (event.target.matches('.react-flow__node')) show(event.target.getAttribute('data-id') ?? '')
      },
      onBlur(event) {
        const wire = wireOf(event)
        if (wire !== undefined) wireFocus.leave(wire)
      },
    },
  }
}

/** Padding for a narrow screen, on which the inspector covers the lower 70 % of the canvas. */
const ABOVE_SHEET = { top: '24px', bottom: '74%', x: '16px' } as const

const endsOf = ({ blockId, endpointId }: WireRef): string[] => [
  nodeKey({ kind: 'block', id: blockId }),
  nodeKey({ kind: 'endpoint', id: endpointId }),
]

/** Centres on cards that are selected elsewhere, as in the outline, and keeps them in view when panels open. */
function useCenterOnSelection(): BringIntoView['onMoveStart'] {
  const { workspace } = usePage()
  const { fitView, getZoom } = useReactFlow()
  const centring = useWorkspace((view) => view.centring)
  const isNarrow = useMediaQuery(NARROW_SCREEN)
  const [width, height] = [useStore((flow) => flow.width), useStore((flow) => flow.height)]
  const seen = useRef(0)
  /** The cards to keep in view; undefined after the operator has panned or zoomed. */
  const centeredIds = useRef<string>(undefined)
  const wasPlaced = useRef(false)
  useEffect(() => {
    const { nodes, wires, inspectorOpen } = workspace.getState()
    const ids = nodes.length > 0 ? nodes.map(nodeKey) : wires.flatMap(endsOf)
    const isNew = centring !== seen.current
    seen.current = centring
    if (isNew) centeredIds.current = ids.join()
    if (width === 0) return
    // The first view of a canvas is not animated: a card that moves between mousedown and mouseup loses the click.
    const duration = wasPlaced.current ? moveDurationMs() : 0
    wasPlaced.current = true
    if (centeredIds.current !== ids.join() || ids.length === 0) return
    // The pressed element may be gone, as the outline on a phone: the card gets the focus instead.
    if (isNew && nodes.length > 0 && document.activeElement === document.body) focusCard(ids[0] ?? '')
    const zoom = Math.max(MIN_DETAIL_ZOOM + 0.2, getZoom())
    const padding = isNarrow && inspectorOpen ? ABOVE_SHEET : 0.3
    void fitView({
      nodes: ids.map((id) => ({ id })),
      padding,
      maxZoom: Math.min(1.2, zoom),
      duration,
    })
  }, [centring, workspace, fitView, getZoom, isNarrow, width, height])
  return useCallback((event) => {
    if (event !== null) centeredIds.current = undefined
  }, [])
}

function focusCard(id: string): void {
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${id}"]`)?.focus({ preventScroll: true })
}
