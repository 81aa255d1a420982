/** Draws wires by dragging: from card to card, one end of a wire to another card, or to an empty spot to remove it. */
import { useReactFlow, useStoreApi, type OnConnectEnd, type ReactFlowProps } from '@xyflow/react'
import { useCallback, useMemo, useRef } from 'react'
import { usePage } from '../../state/page/page.tsx'
import { nodeKey, nodeOfKey, parseNodeKey, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import type { CanvasParts } from '../controllers/canvas-context.ts'
import type { Point } from '../model/card.ts'
import { WIRE_ENDS_RULE, checkConnection } from '../model/connection-rules.ts'
import { wireRefOfLine, type Line } from '../model/edges.ts'
import type { CardNode } from '../model/nodes.ts'
import { isNote } from '../model/notes/note-nodes.ts'

type Handlers = Pick<
  ReactFlowProps<CardNode, Line>,
  | 'onConnectStart'
  | 'onConnectEnd'
  | 'onReconnectStart'
  | 'onReconnectEnd'
  | 'onReconnect'
  | 'isValidConnection'
>

interface Drawing {
  readonly handlers: Handlers
  /** Cancels what is being drawn, without effect. @returns whether anything was being drawn. */
  cancel(): boolean
}

type End = Parameters<OnConnectEnd>

function pointOf(event: MouseEvent | TouchEvent): Point {
  const { clientX: x, clientY: y } = 'changedTouches' in event ? (event.changedTouches[0] as Touch) : event
  return { x, y }
}

const isOnCanvas = ({ x, y }: Point): boolean =>
  document.elementFromPoint(x, y)?.closest('.react-flow') != null

/** Applies a drag of a line's end to another card. @param to - undefined for an empty spot */
function dropLineEnd(
  actions: CanvasParts['actions'],
  line: Line,
  fixed: NodeRef,
  to: NodeRef | undefined,
): void {
  const wire = wireRefOfLine(line)
  const tokenId = line.data?.fromId ?? 0
  if (to === undefined) {
    if (wire) void actions.remove([wire])
    else if (line.type === 'preference') void actions.remove([], [tokenId])
    else
      actions.refuse('A client token always belongs to an incoming block. Drop it on another one to move it.')
    return
  }
  const back = [line.source, line.target].includes(nodeKey(to))
  if (back) return
  const next: WireRef | undefined =
    fixed.kind === 'block' && to.kind === 'endpoint'
      ? { blockId: fixed.id, endpointId: to.id }
      : fixed.kind === 'endpoint' && to.kind === 'block'
        ? { blockId: to.id, endpointId: fixed.id }
        : undefined
  if (wire === undefined) void actions.connect(fixed, to)
  else if (next === undefined) actions.refuse(WIRE_ENDS_RULE)
  else void actions.rewire(wire, next)
}

/** @param endpointsOf - the endpoints of a group, by its key. */
export function useDrawing(
  { actions, wiring, wireFocus }: CanvasParts,
  endpointsOf: (key: string) => readonly number[],
): Drawing {
  const { gateway } = usePage()
  const { screenToFlowPosition, getIntersectingNodes } = useReactFlow<CardNode, Line>()
  const flow = useStoreApi()
  const reconnecting = useRef<Line>(undefined)
  const cancelled = useRef(false)

  /** @returns the key of the card under the pointer: of a member rather than of its group. */
  const targetOf = useCallback(
    ([event, { toNode }]: End): string | undefined => {
      if (toNode) return toNode.id
      const at = screenToFlowPosition(pointOf(event), { snapToGrid: false })
      const under = getIntersectingNodes({ ...at, width: 1, height: 1 }).filter((node) => !isNote(node))
      return (under.find(({ type }) => type !== 'group') ?? under[0])?.id
    },
    [screenToFlowPosition, getIntersectingNodes],
  )

  const handlers = useMemo<Handlers>(
    () => ({
      onConnectStart() {
        cancelled.current = false
        wiring.cancel()
        wireFocus.dismiss()
      },
      onConnectEnd(event, connection) {
        if (reconnecting.current !== undefined || cancelled.current) return
        const to = targetOf([event, connection])
        if (!connection.fromNode || to === undefined) return
        const [from, node] = [nodeOfKey(connection.fromNode.id), parseNodeKey(to)]
        if (node) void actions.connect(from, node)
        else if (from.kind === 'block') void actions.connectAll(from.id, endpointsOf(to))
        else actions.refuse('Only an incoming block can be wired to a whole group.')
      },
      onReconnectStart: (_event, line) => void (reconnecting.current = line),
      onReconnectEnd(event, line, _fixedEnd, connection) {
        reconnecting.current = undefined
        if (cancelled.current || !connection.fromNode || !isOnCanvas(pointOf(event))) return
        const fixed = parseNodeKey(connection.fromNode.id)
        const to = targetOf([event, connection])
        const node = to === undefined ? undefined : parseNodeKey(to)
        if (fixed === undefined || (to !== undefined && node === undefined))
          return actions.refuse('Unfold the group first, and drop the end on one of its cards.')
        dropLineEnd(actions, line, fixed, node)
      },
      // The effect is decided in onReconnectEnd; without this handler React Flow does not let ends be dragged.
      onReconnect: () => undefined,
      isValidConnection({ source, target }) {
        const { state } = gateway.getState()
        const to = parseNodeKey(target)
        if (to === undefined) return nodeOfKey(source).kind === 'block'
        return state !== undefined && checkConnection(state, nodeOfKey(source), to).kind !== 'refused'
      },
    }),
    [actions, wiring, wireFocus, gateway, targetOf, endpointsOf],
  )
  const cancel = useCallback(() => {
    const { connection, cancelConnection } = flow.getState()
    if (!connection.inProgress) return false
    cancelled.current = true
    cancelConnection()
    return true
  }, [flow])
  return { handlers, cancel }
}
