/** Opens the menu of cards, lines and the empty canvas by a right click, the menu key, or a long press. */
import type { ReactFlowProps } from '@xyflow/react'
import { useMemo, useState, type PointerEvent, type TouchEvent } from 'react'
import type { Point } from '../model/card.ts'
import type { Line } from '../model/edges.ts'
import type { CardNode } from '../model/nodes.ts'

export interface MenuTarget {
  /** In pixels of the window. */
  readonly at: Point
  /** The key of the card, note or frame; without it and a line, the empty canvas. */
  readonly card?: string
  readonly line?: Line
}

const LONG_PRESS_MS = 500
/** A finger that has moved by more pixels drags or pans. */
const STILL_PX = 10

interface Pointed {
  readonly target: EventTarget
  readonly clientX: number
  readonly clientY: number
}

/** The menu key points nowhere: the menu then opens at the middle of the card. */
function pointOf({ target, clientX: x, clientY: y }: Pointed): Point {
  if (x !== 0 || y !== 0 || !(target instanceof Element)) return { x, y }
  const box = target.getBoundingClientRect()
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** @param lines - the lines as they are drawn now. */
function createMenuHandlers(lines: () => readonly Line[], open: (target: MenuTarget) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let start: Point | undefined
  /** Whether the finger that has opened the menu is still down: its end is no press beside the menu. */
  let isHeld = false
  const cancel = (): void => clearTimeout(timer)
  /** What a long press is on. */
  const openAt = (element: Element, at: Point): void => {
    const card = element.closest('.react-flow__node')?.getAttribute('data-id') ?? undefined
    const id = element.closest('.react-flow__edge')?.getAttribute('data-id')
    const line = lines().find((one) => one.id === id && one.type !== 'member')
    if (card !== undefined) open({ at, card })
    else if (line) open({ at, line })
    else if (id === undefined && element.matches('.react-flow__pane')) open({ at })
  }
  const flow: Pick<
    ReactFlowProps<CardNode, Line>,
    'onNodeContextMenu' | 'onEdgeContextMenu' | 'onPaneContextMenu'
  > = {
    onNodeContextMenu(event, { id }) {
      event.preventDefault()
      open({ at: pointOf(event), card: id })
    },
    onPaneContextMenu(event) {
      event.preventDefault()
      open({ at: { x: event.clientX, y: event.clientY } })
    },
    onEdgeContextMenu(event, line) {
      event.preventDefault()
      if (line.type !== 'member') open({ at: pointOf(event), line })
    },
  }
  const press = {
    onPointerDownCapture(event: PointerEvent) {
      cancel()
      if (event.pointerType !== 'touch' || !(event.target instanceof Element)) return
      const { target: element } = event
      const at = { x: event.clientX, y: event.clientY }
      start = at
      timer = setTimeout(() => {
        isHeld = true
        openAt(element, at)
      }, LONG_PRESS_MS)
    },
    onPointerMoveCapture({ clientX, clientY }: PointerEvent) {
      if (start && Math.hypot(clientX - start.x, clientY - start.y) > STILL_PX) cancel()
    },
    onTouchEndCapture(event: TouchEvent) {
      if (!isHeld) return
      // No click follows.
      event.preventDefault()
      event.stopPropagation()
      setTimeout(() => (isHeld = false))
    },
    onPointerUpCapture: cancel,
    onPointerCancelCapture: cancel,
  }
  return { flow, press, isHeld: () => isHeld }
}

/** @param lines - a stable getter of the lines as they are drawn now. */
export function useCanvasMenu(lines: () => readonly Line[]) {
  const [target, setTarget] = useState<MenuTarget>()
  const { isHeld, ...handlers } = useMemo(() => createMenuHandlers(lines, setTarget), [lines])
  return { target, close: () => !isHeld() && setTarget(undefined), ...handlers }
}
