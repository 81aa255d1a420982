/** Moves cards by drag, arrow keys and tidy-up. Each move is written to the server when it ends, as one undo step. */
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
  /** Moves by steps of the grid. Written after `KEYS_SETTLE_MS` without another call. */
  nudge(cards: readonly CardNode[], steps: Point): void
  /** Lays all cards out. Resolves when the animation has ended; the positions are written after that. */
  tidy(): Promise<void>
}

interface CardMoverOptions {
  /** @returns the current graph. */
  readonly graph: () => Pick<Graph, 'nodes' | 'placement' | 'place' | 'hold' | 'release'>
  readonly state: () => StateView | undefined
  readonly move: CanvasActions['move']
}

/** Arrow keys within this time are one move. */
const KEYS_SETTLE_MS = 500

const idsOf = (cards: readonly { readonly id: string }[]): string[] => cards.map(({ id }) => id)

const samePoint = (left: Point | undefined, right: Point): boolean =>
  left !== undefined && left.x === right.x && left.y === right.y

export function createCardMover({ graph, state, move }: CardMoverOptions): CardMover {
  let timer: ReturnType<typeof setTimeout> | undefined
  let nudged = new Set<string>()

  /** Also writes the computed positions of cards that were never placed: they depend on other cards and would change with them. */
  async function write(positions: ReadonlyMap<string, Point>, label: string): Promise<void> {
    const { placement, release } = graph()
    const after: PlacedCard[] = []
    const before: PlacedCard[] = []
    for (const [id, card] of placement) {
      const { x, y } = positions.get(id) ?? card
      if (samePoint(card.stored, { x, y })) continue
      after.push({ ...nodeOfKey(id), x, y })
      before.push({ ...nodeOfKey(id), ...card.stored })
    }
    if ([...positions].some(([id, place]) => !samePoint(placement.get(id), place))) {
      await move(after, before, label)
    }
    release([...positions.keys()])
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
      // dagre is loaded on demand only.
      const { tidyLayout } = await import('../model/tidy-layout.ts')
      const positions = new Map(
        tidyLayout(configuration).map((card) => [nodeKey(card), { x: card.x, y: card.y }]),
      )
      const { nodes, hold, place } = graph()
      hold([...positions.keys()])
      await animatePositions(new Map(nodes.map(({ id, position }) => [id, position])), positions, place)
      void write(positions, 'tidy up')
    },
  }
}
