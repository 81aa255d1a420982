/** Moves cards by drag, arrow keys and tidy-up. Each move is written to the server when it ends, as one undo step. */
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { CanvasActions } from '../controllers/canvas-actions.ts'
import { GRID, type Point } from '../model/card.ts'
import { layoutGraphOf, type LayoutGraph } from '../model/layout-graph.ts'
import { movesOf } from '../model/moves.ts'
import { isNote } from '../model/notes/note-nodes.ts'
import { noteKey } from '../../state/node-ref.ts'
import { createCarrying } from './carrying.ts'
import { animatePositions } from './animate-positions.ts'
import type { Graph } from '../graph/use-graph.ts'
import type { CardNode } from '../model/nodes.ts'

export interface CardMover {
  take(cards: readonly CardNode[]): void
  /** What is inside of frames follows them. */
  drag(cards: readonly CardNode[]): void
  drop(cards: readonly CardNode[]): Promise<void>
  /** Moves by steps of the grid. Written after `KEYS_SETTLE_MS` without another call. */
  nudge(cards: readonly CardNode[], steps: Point): void
  /** Lays all cards out. Resolves when the animation has ended; the positions are written after that. */
  tidy(): Promise<void>
}

interface CardMoverOptions {
  /** @returns the current graph. */
  readonly graph: () => Pick<Graph, 'nodes' | 'placement' | 'shown' | 'place' | 'hold' | 'release'>
  readonly layOut: (graph: LayoutGraph) => Promise<ReadonlyMap<string, Point>>
  readonly state: () => StateView | undefined
  readonly move: CanvasActions['move']
}

/** Arrow keys within this time are one move. */
const KEYS_SETTLE_MS = 500

const idsOf = (cards: readonly { readonly id: string }[]): string[] => cards.map(({ id }) => id)

const samePoint = (left: Point | undefined, right: Point): boolean =>
  left !== undefined && left.x === right.x && left.y === right.y

function labelOf(cards: readonly CardNode[]): string {
  const [first] = cards
  if (cards.length > 1 || first === undefined) return `move ${cards.length} cards`
  return isNote(first) ? `move a ${first.type}` : 'move a card'
}

export function createCardMover({ graph, state, move, layOut }: CardMoverOptions): CardMover {
  let timer: ReturnType<typeof setTimeout> | undefined
  let nudged = new Set<string>()
  const carrying = createCarrying()

  async function write(positions: ReadonlyMap<string, Point>, label: string): Promise<void> {
    const { placement, shown, release } = graph()
    const now = state()
    const notes = new Map(now?.canvas_notes.map(({ id, pos_x: x, pos_y: y }) => [noteKey(id), { x, y }]))
    const isMoved = ([id, place]: readonly [string, Point]) =>
      !samePoint(placement.get(id) ?? notes.get(id), place)
    if (now && [...positions].some(isMoved)) {
      const { after, before } = movesOf(now, shown, placement, positions)
      await move(after, before, label)
    }
    release([...positions.keys()])
  }

  const drop: CardMover['drop'] = (cards) => {
    const positions = new Map(cards.map(({ id, position }) => [id, position]))
    const carried = carrying.end(positions)
    return write(new Map([...positions, ...carried]), labelOf(cards))
  }

  return {
    take(cards) {
      const { nodes, hold } = graph()
      hold([...idsOf(cards), ...carrying.begin(nodes, cards)])
    },
    drag(cards) {
      const carried = carrying.at(new Map(cards.map(({ id, position }) => [id, position])))
      if (carried.size > 0) graph().place(carried)
    },
    drop,
    nudge(chosen, steps) {
      const { nodes, hold, place } = graph()
      const cards = chosen.filter(({ draggable }) => draggable !== false)
      hold([...idsOf(cards), ...carrying.begin(nodes, cards)])
      const moved = cards.map(({ id, position: { x, y } }) => {
        return [id, { x: x + steps.x * GRID, y: y + steps.y * GRID }] as const
      })
      place(new Map([...moved, ...carrying.at(new Map(moved))]))
      cards.forEach(({ id }) => nudged.add(id))
      clearTimeout(timer)
      timer = setTimeout(() => {
        const ids = nudged
        nudged = new Set()
        void drop(graph().nodes.filter(({ id }) => ids.has(id)))
      }, KEYS_SETTLE_MS)
    },
    async tidy() {
      const configuration = state()
      if (configuration === undefined) return
      const { shown, placement } = graph()
      const positions = await layOut(layoutGraphOf(configuration, shown, placement))
      const { nodes, hold, place } = graph()
      hold([...positions.keys()])
      await animatePositions(new Map(nodes.map(({ id, position }) => [id, position])), positions, place)
      void write(positions, 'tidy up')
    },
  }
}
