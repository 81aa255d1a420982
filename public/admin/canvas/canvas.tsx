/** The canvas: clients, incoming blocks and endpoints as cards, with the traffic between them; drawing on it is configuring. */
import { Background, ReactFlow, ReactFlowProvider, SelectionMode, useKeyPress } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo, useRef } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { useToasts } from '../../ui/toasts.tsx'
import { useGateway, usePage } from '../state/page.tsx'
import { BlockCard } from './block-card.tsx'
import styles from './canvas.module.css'
import hiding from '../../ui/visually-hidden.module.css'
import { CanvasSkeleton } from './canvas-skeleton.tsx'
import { CanvasContext, createCanvasParts } from './canvas-context.ts'
import { GRID } from './card.ts'
import { ColumnCaptions } from './column-captions.tsx'
import type { Line } from './edges.ts'
import { EndpointCard } from './endpoint-card.tsx'
import { FIT_AT_ONCE, LEAST_ZOOM } from './fit.ts'
import { LedWire } from './led-wire.tsx'
import { Overview } from './overview.tsx'
import { StaleMark } from './stale-mark.tsx'
import { TokenCard } from './token-card.tsx'
import { MemberLine, PreferenceLine } from './token-lines.tsx'
import { TrafficLayer } from './traffic-layer.tsx'
import { useDrawing } from './use-drawing.ts'
import { useGraph, type CardNode } from './use-graph.ts'
import { useHands } from './use-hands.ts'
import { useInSight } from './use-in-sight.ts'
import { useKeyDown } from './use-key-down.ts'
import { useRequests } from './use-requests.ts'
import { useSelection } from './use-selection.ts'
import { useSteady } from './use-steady.ts'
import { Wire } from './wire.tsx'
import { WiringPanel } from './wiring-panel.tsx'
import { ZoomBar } from './zoom-bar.tsx'

const nodeTypes = { token: TokenCard, block: BlockCard, endpoint: EndpointCard }
const edgeTypes = { wire: Wire, member: MemberLine, preference: PreferenceLine }

const words = {
  'edge.a11yDescription.default': 'Press Enter for what can be done with it, Delete to remove it.',
}

const CARD_HELP = 'canvas-card-help'

export function Canvas() {
  const state = useGateway((all) => all)
  return (
    <section className={styles.canvas} aria-label="Canvas" aria-busy={state === undefined}>
      {state === undefined ? (
        <CanvasSkeleton />
      ) : (
        <ReactFlowProvider>
          <Flow state={state} />
        </ReactFlowProvider>
      )}
    </section>
  )
}

function Flow({ state }: { readonly state: StateView }) {
  const page = usePage()
  const toasts = useToasts()
  const parts = useMemo(() => createCanvasParts(page, toasts), [page, toasts])
  const graph = useGraph(state, page.workspace.getState())
  const { handlers: drawing, cancel } = useDrawing(parts)
  const hands = useHands(parts, graph, cancel)
  const { mover, onCanvas, tidy, fit } = hands
  useRequests(hands)
  const canvas = useRef<HTMLDivElement>(null)
  const offGrid = useKeyPress('Alt')

  useSteady(canvas)
  const { focusing, onMoveStart } = useInSight(parts)
  const selecting = useSelection(graph)
  useKeyDown(canvas, { onCanvas, tidy, fit })

  return (
    <CanvasContext value={parts}>
      <div ref={canvas} className={styles.canvas} {...focusing}>
        <ReactFlow<CardNode, Line>
          className={styles.flow}
          aria-label="Clients, incoming blocks and endpoints"
          aria-describedby={CARD_HELP}
          ariaLabelConfig={words}
          nodes={graph.nodes}
          edges={graph.edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={graph.onNodesChange}
          onEdgesChange={graph.onEdgesChange}
          {...drawing}
          onNodeDragStart={(_event, _card, cards) => mover.take(cards)}
          onNodeDragStop={(_event, _card, cards) => void mover.drop(cards)}
          connectionLineComponent={LedWire}
          connectionRadius={24}
          connectionDragThreshold={4}
          connectOnClick={false}
          reconnectRadius={14}
          {...selecting}
          onEdgeMouseEnter={({ buttons }, { id, type }) =>
            buttons === 0 && type === 'wire' && parts.wireFocus.enter(id)
          }
          onEdgeMouseLeave={(_event, { id }) => parts.wireFocus.leave(id)}
          onMoveStart={onMoveStart}
          onPaneClick={() => parts.wiring.cancel()}
          selectionMode={SelectionMode.Partial}
          selectNodesOnDrag={false}
          nodeDragThreshold={3}
          deleteKeyCode={null}
          disableKeyboardA11y
          snapToGrid={!offGrid}
          snapGrid={[GRID, GRID]}
          minZoom={LEAST_ZOOM}
          maxZoom={2.5}
          fitView
          fitViewOptions={FIT_AT_ONCE}
          proOptions={{ hideAttribution: true }}
        >
          <Background gap={24} size={1} />
          <ColumnCaptions placement={graph.placement} />
          <TrafficLayer />
          <StaleMark />
          <ZoomBar onTidy={tidy} />
          <Overview />
        </ReactFlow>
        <WiringPanel />
        <p id={CARD_HELP} className={hiding.hidden}>
          Tab leads through lines and cards. On a card: Enter opens it, the arrow keys move it, W connects it,
          Delete deletes it.
        </p>
      </div>
    </CanvasContext>
  )
}
