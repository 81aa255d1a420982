/** Moves cards: what a hand or the arrow keys have moved is written once they let go, as one undo step. */
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { CanvasActions } from '../controllers/canvas-actions.ts'
import { GRID, type Point, type PlacedCard } from '../model/card.ts'
import { animatePositions } from './animate-positions.ts'
import type { Graph } from '../graph/use-graph.ts'
import type { CardNode } from '../model/nodes.ts'
import { nodeKey, nodeOfKey } from '../../state/node-ref.ts'

export interface CardMover {
  take(cards: readonly CardNode[]): void
  drop(cards: readonly CardNode[]): Promise<void>
  /** Moves by steps of the grid. Written when no more follow. */
  nudge(cards: readonly CardNode[], steps: Point): void
  /** Lays everything out anew. Resolves when the cards are there; they are written after that. */
  tidy(): Promise<void>
}

interface CardMoverOptions {
  /** As it is at the moment. */
  readonly graph: () => Pick<Graph, 'nodes' | 'placement' | 'place' | 'hold' | 'release'>
  readonly state: () => StateView | undefined
  readonly move: CanvasActions['move']
}

/** Several strokes of the arrow keys are one move. */
const KEYS_SETTLE_MS = 500

const idsOf = (cards: readonly { readonly id: string }[]): string[] => cards.map(({ id }) => id)

const samePoint = (left: Point | undefined, right: Point): boolean =>
  left !== undefined && left.x === right.x && left.y === right.y

export function createCardMover({ graph, state, move }: CardMoverOptions): CardMover {
  let timer: ReturnType<typeof setTimeout> | undefined
  let nudged = new Set<string>()

  /** With what nobody has placed so far: its place depends on the others, and must not change with them. */
  async function write(places: ReadonlyMap<string, Point>, label: string): Promise<void> {
    const { placement, release } = graph()
    const after: PlacedCard[] = []
    const before: PlacedCard[] = []
    for (const [id, card] of placement) {
      const { x, y } = places.get(id) ?? card
      if (samePoint(card.stored, { x, y })) continue
      after.push({ ...nodeOfKey(id), x, y })
      before.push({ ...nodeOfKey(id), ...card.stored })
    }
    if ([...places].some(([id, place]) => !samePoint(placement.get(id), place))) {
      await move(after, before, label)
    }
    release([...places.keys()])
  }

  const drop: CardMover['drop'] = (cards) =>
    write(
      new Map(cards.map(({ id, position }) => [id, position])),
      cards.length === 1 ? 'move a card' : `move ${cards.length} cards`,
    )

  return {
    take: (cards) => graph().hold(idsOf(cards)),
    drop,
    nudge(cards, steps) {
      const { hold, place } = graph()
      hold(idsOf(cards))
      const moved = cards.map(({ id, position: { x, y } }) => {
        return [id, { x: x + steps.x * GRID, y: y + steps.y * GRID }] as const
      })
      place(new Map(moved))
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
      // Only who asks for it loads it.
      const { tidyLayout } = await import('../model/tidy-layout.ts')
      const places = new Map(
        tidyLayout(configuration).map((card) => [nodeKey(card), { x: card.x, y: card.y }]),
      )
      const { nodes, hold, place } = graph()
      hold([...places.keys()])
      await animatePositions(new Map(nodes.map(({ id, position }) => [id, position])), places, place)
      void write(places, 'tidy up')
    },
  }
}
