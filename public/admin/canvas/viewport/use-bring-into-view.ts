/** Brings cards into view: those selected elsewhere on the page, and those focused by key. */
import { useReactFlow, useStore, useStoreApi, type Node, type ReactFlowProps } from '@xyflow/react'
import { useCallback, useEffect, useRef, type FocusEvent } from 'react'
import { useMediaQuery } from '../../../ui/browser/use-media-query.ts'
import { usePage, useWorkspace } from '../../state/page/page.tsx'
import { NARROW_SCREEN } from '../../state/workspace/workspace.ts'
import { nodeKey, type WireRef } from '../../state/node-ref.ts'
import type { CanvasParts } from '../controllers/canvas-context.ts'
import { overlaps, type Box } from '../model/card.ts'
import { freePart, viewOf } from '../model/view-of.ts'
import { MIN_DETAIL_ZOOM } from '../model/zoom-detail.ts'
import { moveDurationMs } from './move-duration.ts'
import { overlaysOf } from './overlays.ts'

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

/**
 * Comes after the fit, which centring on the selection overrides.
 * @param covered - how much of the canvas is covered at its top, in pixels
 * @returns handlers that bring focused cards into view and show the toolbar of focused wires.
 */
export function useBringIntoView(
  { wireFocus }: Pick<CanvasParts, 'wireFocus'>,
  covered: number,
): BringIntoView {
  const onMoveStart = useCenterOnSelection(covered)
  const { getNodesBounds, setViewport } = useReactFlow()
  const flow = useStoreApi()
  const show = (id: string): void => {
    const { width, height, transform, domNode } = flow.getState()
    if (domNode === null) return
    const [x, y, zoom] = transform
    const card = getNodesBounds([id])
    const box = {
      x: card.x * zoom + x,
      y: card.y * zoom + y,
      width: card.width * zoom,
      height: card.height * zoom,
    }
    const isInside = box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height
    const overlays = overlaysOf(domNode)
    if (isInside && !overlays.some((overlay) => overlaps(overlay, box))) return
    const free = freePart({ x: 0, y: 0, width, height }, overlays)
    const moved = {
      x: x + free.x + free.width / 2 - (box.x + box.width / 2),
      y: y + free.y + free.height / 2 - (box.y + box.height / 2),
    }
    void setViewport({ ...moved, zoom }, { duration: moveDurationMs() })
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

/** In pixels of the canvas. */
function freePartOf(canvas: HTMLElement, isSheetOpen: boolean): Box {
  const { width, height } = canvas.getBoundingClientRect()
  const seen = { x: 0, y: 0, width, height: isSheetOpen ? height * (1 - SHEET) : height }
  return freePart(seen, overlaysOf(canvas))
}

const endsOf = ({ blockId, endpointId }: WireRef): string[] => [
  nodeKey({ kind: 'block', id: blockId }),
  nodeKey({ kind: 'endpoint', id: endpointId }),
]

/** Centres on cards that are selected elsewhere, as in the outline, and keeps them in view when panels open. */
function useCenterOnSelection(covered: number): BringIntoView['onMoveStart'] {
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
  const wasCovered = useRef(covered)
  useEffect(() => {
    const isLessCovered = covered < wasCovered.current
    wasCovered.current = covered
    const { nodes, wires, inspectorOpen } = workspace.getState()
    const ids = nodes.length > 0 ? nodes.map(nodeKey) : wires.flatMap(endsOf)
    const isNew = centring !== seen.current
    seen.current = centring
    if (isNew) centeredIds.current = ids.join()
    if (width === 0 || (isLessCovered && !isNew)) return
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
  }, [centring, workspace, flow, getZoom, getNode, getEdges, setViewport, isNarrow, width, height, covered])
  return useCallback((event) => {
    if (event !== null) centeredIds.current = undefined
  }, [])
}

const boxOf = ({ position: { x, y }, width = 0, height = 0 }: Node): Box => ({ x, y, width, height })

function focusCard(id: string): void {
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${id}"]`)?.focus({ preventScroll: true })
}
