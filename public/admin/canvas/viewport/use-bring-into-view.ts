/** Brings cards into view: those selected elsewhere on the page, and those focused by key. */
import { useReactFlow, useStore, useStoreApi, type Node, type ReactFlowProps } from '@xyflow/react'
import { useCallback, useEffect, useRef, type FocusEvent } from 'react'
import { useMediaQuery } from '../../../ui/browser/use-media-query.ts'
import { usePage, useWorkspace } from '../../state/page/page.tsx'
import { NARROW_SCREEN } from '../../state/workspace/workspace.ts'
import { nodeKey, type WireRef } from '../../state/node-ref.ts'
import type { CanvasParts } from '../controllers/canvas-context.ts'
import type { Box } from '../model/card.ts'
import { freePart, viewOf } from '../model/view-of.ts'
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

/** The part of a narrow screen that the inspector covers. */
const SHEET = 0.72
/** Names of blocks and endpoints can be read. */
const LEAST_ZOOM = 0.35
const OVERLAYS = '[data-over-canvas], .react-flow__panel'

/** In pixels of the canvas. */
function freePartOf(canvas: HTMLElement, isSheetOpen: boolean): Box {
  const { left, top, width, height } = canvas.getBoundingClientRect()
  const whole = { x: 0, y: 0, width, height }
  if (isSheetOpen) return freePart(whole, [{ x: 0, y: height * (1 - SHEET), width, height: height * SHEET }])
  // Some lie beside the canvas in the document.
  const overlays = [...(canvas.closest('main')?.querySelectorAll(OVERLAYS) ?? [])]
    .map((element) => element.getBoundingClientRect())
    .filter((box) => box.width > 0)
    .map((box) => ({ x: box.left - left, y: box.top - top, width: box.width, height: box.height }))
  return freePart(whole, overlays)
}

const endsOf = ({ blockId, endpointId }: WireRef): string[] => [
  nodeKey({ kind: 'block', id: blockId }),
  nodeKey({ kind: 'endpoint', id: endpointId }),
]

/** Centres on cards that are selected elsewhere, as in the outline, and keeps them in view when panels open. */
function useCenterOnSelection(): BringIntoView['onMoveStart'] {
  const { workspace } = usePage()
  const { getZoom, getNode, getEdges, setViewport } = useReactFlow()
  const flow = useStoreApi()
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
    const boxesOf = (keys: readonly string[]) =>
      keys.map(getNode).flatMap((node) => (node ? [boxOf(node)] : []))
    const [first, ...others] = boxesOf(ids)
    const canvas = flow.getState().domNode
    if (first === undefined || canvas === null) return
    const neighbours = getEdges().flatMap(({ source, target }) =>
      ids.includes(source) ? [target] : ids.includes(target) ? [source] : [],
    )
    const free = freePartOf(canvas, isNarrow && inspectorOpen)
    const most = Math.min(1.2, Math.max(MIN_DETAIL_ZOOM + 0.2, getZoom()))
    const view = viewOf([first, ...others], boxesOf(neighbours), free, { least: LEAST_ZOOM, most })
    void setViewport(view, { duration })
  }, [centring, workspace, flow, getZoom, getNode, getEdges, setViewport, isNarrow, width, height])
  return useCallback((event) => {
    if (event !== null) centeredIds.current = undefined
  }, [])
}

const boxOf = ({ position: { x, y }, width = 0, height = 0 }: Node): Box => ({ x, y, width, height })

function focusCard(id: string): void {
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${id}"]`)?.focus({ preventScroll: true })
}
