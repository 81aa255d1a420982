/** The canvas: client tokens, incoming blocks and endpoints as cards, with wires and live traffic; drawing on it changes the configuration. */
import { Background, ReactFlow, ReactFlowProvider, SelectionMode, useKeyPress } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo, useRef } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import { useGateway, usePage } from '../state/page/page.tsx'
import { BlockCard } from './cards/block-card.tsx'
import styles from './canvas.module.css'
import hiding from '../../ui/styles/visually-hidden.module.css'
import { CanvasSkeleton } from './canvas-skeleton.tsx'
import { CanvasContext, createCanvasParts } from './controllers/canvas-context.ts'
import { GRID } from './model/card.ts'
import { ColumnCaptions } from './viewport/column-captions.tsx'
import type { Line } from './model/edges.ts'
import { EndpointCard } from './cards/endpoint-card.tsx'
import { FIT_OPTIONS, MIN_ZOOM } from './model/fit-options.ts'
import { ConnectionLine } from './wires/connection-line.tsx'
import { CanvasMinimap } from './viewport/canvas-minimap.tsx'
import { TokenCard } from './cards/token-card.tsx'
import { MemberLine, PreferenceLine } from './wires/token-lines.tsx'
import { TrafficLayer } from './wires/traffic-layer.tsx'
import { useDrawing } from './interaction/use-drawing.ts'
import { useUnusableWires } from '../models/use-models.ts'
import { useGraph } from './graph/use-graph.ts'
import type { CardNode } from './model/nodes.ts'
import { useCanvasHandlers } from './interaction/use-canvas-handlers.ts'
import { useBringIntoView } from './viewport/use-bring-into-view.ts'
import { useKeyDown } from './interaction/use-key-down.ts'
import { useCanvasRequests } from './interaction/use-canvas-requests.ts'
import { useSelection } from './graph/use-selection.ts'
import { useZoomStyle } from './viewport/use-zoom-style.ts'
import { Wire } from './wires/wire.tsx'
import { WiringPanel } from './interaction/wiring-panel.tsx'
import { ZoomBar } from './viewport/zoom-bar.tsx'

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
  const graph = useGraph(state, useUnusableWires(), page.workspace.getState())
  const { handlers: drawing, cancel } = useDrawing(parts)
  const canvasHandlers = useCanvasHandlers(parts, graph, cancel)
  const { mover, onCanvas, tidy, fit } = canvasHandlers
  useCanvasRequests(canvasHandlers)
  const canvas = useRef<HTMLDivElement>(null)
  const offGrid = useKeyPress('Alt')

  useZoomStyle(canvas)
  const { focusing, onMoveStart } = useBringIntoView(parts)
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
          connectionLineComponent={ConnectionLine}
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
          minZoom={MIN_ZOOM}
          maxZoom={2.5}
          fitView
          fitViewOptions={FIT_OPTIONS}
          proOptions={{ hideAttribution: true }}
        >
          <Background gap={24} size={1} />
          <ColumnCaptions placement={graph.placement} />
          <TrafficLayer />
          <ZoomBar onFit={fit} onTidy={tidy} />
          <CanvasMinimap />
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
