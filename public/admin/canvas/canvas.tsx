/** The canvas: client tokens, incoming blocks and endpoints as cards, with wires and live traffic; drawing on it changes the configuration. */
import {
  Background,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useKeyPress,
  type ReactFlowProps,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { lazy, Suspense, useMemo, useRef } from 'react'
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
import { fitOptions, LEAST_TOP, MIN_ZOOM } from './model/fit-options.ts'
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
import { useCoveredTop } from './viewport/use-covered-top.ts'
import { useFitting } from './viewport/use-fitting.ts'
import { useKeyDown } from './interaction/use-key-down.ts'
import { useCanvasRequests } from './interaction/use-canvas-requests.ts'
import { useCanvasMenu } from './menu/use-canvas-menu.ts'
import { useLatest } from './interaction/use-latest.ts'
import { useSelection } from './graph/use-selection.ts'
import { useLitTraffic } from './wires/use-lit-traffic.ts'
import { useZoomStyle } from './viewport/use-zoom-style.ts'
import { Wire } from './wires/wire.tsx'
import { Bundle } from './wires/bundle.tsx'
import { GroupCard } from './cards/group-card.tsx'
import { FoldingContext, useFoldActions, useFolding } from './graph/use-folding.ts'
import { FrameCard } from './notes/frame-card.tsx'
import { NoteCard } from './notes/note-card.tsx'
import { ZoomBar } from './viewport/zoom-bar.tsx'

// Nothing that is seen at first.
const CanvasMenu = lazy(async () => ({ default: (await import('./menu/canvas-menu.tsx')).CanvasMenu }))
const WiringPanel = lazy(async () => ({
  default: (await import('./interaction/wiring-panel.tsx')).WiringPanel,
}))

const nodeTypes = {
  token: TokenCard,
  block: BlockCard,
  endpoint: EndpointCard,
  group: GroupCard,
  note: NoteCard,
  frame: FrameCard,
}
const edgeTypes = { wire: Wire, bundle: Bundle, member: MemberLine, preference: PreferenceLine }

const words = {
  'edge.a11yDescription.default': 'Press Enter for what can be done with it, Delete to remove it.',
}

/** With more lines all of them are drawn faintly, but for those that are selected or under the pointer. */
const CROWDED = 60

const OPTIONS = {
  ariaLabelConfig: words,
  nodeTypes,
  edgeTypes,
  connectionLineComponent: ConnectionLine,
  connectionRadius: 24,
  connectionDragThreshold: 4,
  connectOnClick: false,
  reconnectRadius: 14,
  selectionMode: SelectionMode.Partial,
  selectNodesOnDrag: false,
  nodeDragThreshold: 3,
  deleteKeyCode: null,
  disableKeyboardA11y: true,
  snapGrid: [GRID, GRID],
  minZoom: MIN_ZOOM,
  maxZoom: 2.5,
  fitViewOptions: fitOptions(LEAST_TOP),
  proOptions: { hideAttribution: true },
} satisfies ReactFlowProps<CardNode, Line>

const CARD_HELP = 'canvas-card-help'

/** What lies over the top of the canvas; null where nothing does. */
interface CanvasProps {
  readonly strip: HTMLElement | null
}

export function Canvas({ strip }: CanvasProps) {
  const state = useGateway((all) => all)
  return (
    <section className={styles.canvas} aria-label="Canvas" aria-busy={state === undefined}>
      {state === undefined ? (
        <CanvasSkeleton />
      ) : (
        <ReactFlowProvider>
          <Flow state={state} strip={strip} />
        </ReactFlowProvider>
      )}
    </section>
  )
}

function Flow({ state, strip }: CanvasProps & { readonly state: StateView }) {
  const page = usePage()
  const toasts = useToasts()
  const parts = useMemo(() => createCanvasParts(page, toasts), [page, toasts])
  const folding = useFolding(state)
  const graph = useGraph(state, useUnusableWires(), folding.shown, folding.selection)
  const fold = useFoldActions(folding)
  const { handlers: drawing, cancel } = useDrawing(parts, fold.endpointsOf)
  const covered = useCoveredTop(strip)
  const canvasHandlers = useCanvasHandlers(parts, graph, fold.toggle, cancel, useFitting(covered))
  const { mover, onCanvas, tidy, fit } = canvasHandlers
  useCanvasRequests(canvasHandlers)
  const canvas = useRef<HTMLDivElement>(null)
  const offGrid = useKeyPress('Alt')

  useZoomStyle(canvas)
  const { focusing, onMoveStart } = useBringIntoView(parts, covered)
  const menu = useCanvasMenu(useLatest(graph.edges))
  const selecting = useSelection(graph, folding.selection)
  useLitTraffic(parts, graph.edges)
  useKeyDown(canvas, { onCanvas, tidy, fit })

  return (
    <CanvasContext value={parts}>
      <FoldingContext value={folding}>
        <div
          ref={canvas}
          className={styles.canvas}
          data-crowded={graph.edges.length > CROWDED || undefined}
          data-chosen={folding.selection.nodes.length + folding.selection.wires.length > 0 || undefined}
          {...focusing}
          {...menu.press}
        >
          <ReactFlow<CardNode, Line>
            {...OPTIONS}
            className={styles.flow}
            aria-label="Clients, incoming blocks and endpoints"
            aria-describedby={CARD_HELP}
            nodes={graph.nodes}
            edges={graph.edges}
            onEdgesChange={graph.onEdgesChange}
            {...drawing}
            onNodeDragStart={(_event, _card, cards) => mover.take(cards)}
            onNodeDrag={(_event, _card, cards) => mover.drag(cards)}
            onNodeDragStop={(_event, _card, cards) => void mover.drop(cards)}
            {...selecting}
            {...menu.flow}
            onEdgeMouseEnter={({ buttons }, { id, type }) =>
              buttons === 0 && (type === 'wire' || type === 'bundle') && parts.wireFocus.enter(id)
            }
            onEdgeMouseLeave={(_event, { id }) => parts.wireFocus.leave(id)}
            onMoveStart={onMoveStart}
            onNodeDoubleClick={(_event, { id }) => parts.notes.startEdit(id)}
            onPaneClick={() => parts.wiring.cancel()}
            snapToGrid={!offGrid}
            fitView
          >
            <Background gap={24} size={1} />
            <ColumnCaptions state={state} placement={graph.placement} />
            <TrafficLayer />
            <ZoomBar onFit={fit} onTidy={tidy} />
            <CanvasMinimap />
          </ReactFlow>
          <Suspense>
            <WiringPanel />
          </Suspense>
          <Suspense>{menu.target && <CanvasMenu target={menu.target} onClose={menu.close} />}</Suspense>
          <p id={CARD_HELP} className={hiding.hidden}>
            Tab leads through lines and cards. On a card: Enter opens it, the arrow keys move it, W connects
            it, F folds or unfolds it, Delete deletes it. On a note or a frame: Enter edits it, + and − resize
            it.
          </p>
        </div>
      </FoldingContext>
    </CanvasContext>
  )
}
