/** Brings cards into view: those that somebody looks for elsewhere on the page, and those the focus reaches by key. */
import { useReactFlow, useStoreApi } from '@xyflow/react'
import { useEffect, type FocusEvent } from 'react'
import { usePage, useWorkspace } from '../state/page.tsx'
import type { CanvasParts } from './canvas-context.ts'
import { cardId } from './card.ts'
import { FAR_ZOOM } from './far.ts'

const DURATION_MS = 180

interface FocusHandlers {
  onFocus(event: FocusEvent): void
  onBlur(event: FocusEvent): void
}

const wireOf = ({ target }: FocusEvent): string | undefined =>
  target.closest('.react-flow__edge-wire')?.getAttribute('data-id') ?? undefined

/** @returns what has cards that get the focus by key be seen, and wires show their toolbar. */
export function useInSight({ wireFocus }: Pick<CanvasParts, 'wireFocus'>): FocusHandlers {
  useCentring()
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
    void setCenter(card.x + card.width / 2, card.y + card.height / 2, { zoom, duration: DURATION_MS })
  }
  return {
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
  }
}

/** Selected elsewhere, as in the outline, cards come to where the eye is. */
function useCentring(): void {
  const { workspace } = usePage()
  const { fitView, getZoom } = useReactFlow()
  const centring = useWorkspace((view) => view.centring)
  useEffect(() => {
    const nodes = workspace.getState().nodes.map((node) => ({ id: cardId(node) }))
    if (centring === 0 || nodes.length === 0) return
    const zoom = Math.max(FAR_ZOOM + 0.2, getZoom())
    void fitView({ nodes, padding: 0.3, maxZoom: Math.min(1.2, zoom), duration: DURATION_MS })
  }, [centring, workspace, fitView, getZoom])
}
