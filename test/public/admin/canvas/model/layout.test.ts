/** The positions of cards: no overlap of computed positions, and a deterministic tidy-up. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cardSizes,
  columnOf,
  columns,
  GRID,
  kinds,
  overlaps,
  type Box,
  type PlacedBox,
} from '../../../../../public/admin/canvas/model/card.ts'
import { shownOf } from '../../../../../public/admin/canvas/model/fleet/shown.ts'
import { layoutGraphOf } from '../../../../../public/admin/canvas/model/layout-graph.ts'
import { placeCards } from '../../../../../public/admin/canvas/model/placement.ts'
import { tidyLayout } from '../../../../../public/admin/canvas/model/tidy-layout.ts'
import type { StateView } from '../../../../../src/contract/gateway.ts'

const place = fc.record({
  pos_x: fc.constantFrom(0, 80, 256, 500, 900, -320),
  pos_y: fc.constantFrom(0, 100, 200, 300, 640),
})

/** Only the fields that a layout reads. */
const graph = fc
  .record({
    tokens: fc.array(fc.tuple(fc.nat(19), place), { maxLength: 25 }),
    blocks: fc.array(place, { minLength: 1, maxLength: 12 }),
    endpoints: fc.array(place, { maxLength: 20 }),
    wires: fc.uniqueArray(fc.tuple(fc.nat(11), fc.nat(19)), { selector: String, maxLength: 60 }),
  })
  .map(({ tokens, blocks, endpoints, wires }) => ({
    client_tokens: tokens.map(([block, at], index) => ({
      id: index + 1,
      incoming_block_id: (block % blocks.length) + 1,
      preferred_endpoint_id: null,
      ...at,
    })),
    incoming_blocks: blocks.map((at, index) => ({ id: index + 1, ...at })),
    endpoints: endpoints.map((at, index) => ({ id: index + 1, name: `e ${index}`, group: '', ...at })),
    wires: wires
      .filter(([block, endpoint]) => block < blocks.length && endpoint < endpoints.length)
      .map(([block, endpoint]) => ({ incoming_block_id: block + 1, endpoint_id: endpoint + 1 })),
  }))
  .map((state) => state as unknown as StateView)

const countOf = (state: StateView): number =>
  state.client_tokens.length + state.incoming_blocks.length + state.endpoints.length

function pairs<Card extends Box>(cards: readonly Card[]): [Card, Card][] {
  return cards.flatMap((left, index) => cards.slice(index + 1).map((right): [Card, Card] => [left, right]))
}

/** The cards of the configuration as tidy-up lays them out. */
function tidied(state: StateView): PlacedBox[] {
  const [shown, placement] = [shownOf(state), placeCards(state)]
  const positions = tidyLayout(layoutGraphOf(state, shown, placement))
  return [...placement.values()].map((card) => ({ ...card, ...positions.get(card.key) }))
}

const shuffled = <Thing>(things: readonly Thing[]): Thing[] => [...things].reverse()

describe('the tidy layout', () => {
  it('overlaps no cards, in columns from clients to endpoints, on the grid', () => {
    fc.assert(
      fc.property(graph, (state) => {
        const cards = tidied(state)
        expect(cards).toHaveLength(countOf(state))
        expect(pairs(cards).filter(([left, right]) => overlaps(left, right))).toEqual([])
        for (const { y } of cards) expect(y % GRID).toBeCloseTo(0)
        // High columns are wrapped, each kind beside the next all the same.
        const place = ({ kind }: PlacedBox): number => kinds.indexOf(columnOf(kind))
        for (const [one, other] of pairs(cards)) {
          const [left, right] = place(one) < place(other) ? [one, other] : [other, one]
          if (place(left) !== place(right)) expect(left.x + left.width).toBeLessThan(right.x)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('does not depend on the order in which the server lists the objects', () => {
    fc.assert(
      fc.property(graph, (state) => {
        const other = {
          client_tokens: shuffled(state.client_tokens),
          incoming_blocks: shuffled(state.incoming_blocks),
          endpoints: shuffled(state.endpoints),
          wires: shuffled(state.wires),
        } as StateView
        const byKey = (cards: readonly PlacedBox[]) =>
          cards.toSorted((left, right) => left.key.localeCompare(right.key))
        expect(byKey(tidied(other))).toEqual(byKey(tidied(state)))
      }),
      { numRuns: 30 },
    )
  })

  it('keeps the clients of a block together', () => {
    const state = {
      client_tokens: [1, 1, 2, 2].map((incoming_block_id, index) => ({ id: index + 1, incoming_block_id })),
      incoming_blocks: [{ id: 1 }, { id: 2 }],
      endpoints: [1, 2, 3, 4].map((id) => ({ id, name: `e ${id}`, group: '' })),
      wires: [11, 12, 13, 14, 21, 23].map((wire) => ({
        incoming_block_id: Math.floor(wire / 10),
        endpoint_id: wire % 10,
      })),
    } as StateView
    const tokens = tidied(state).filter(({ kind }) => kind === 'token')
    for (const block of [tokens.slice(0, 2), tokens.slice(2)]) {
      const [first = NaN, second = NaN] = block.map(({ y }) => y).sort((left, right) => left - right)
      expect(second - first).toBeLessThan(2 * cardSizes.token.height)
    }
  })

  it('has columns wider than their cards', () => {
    expect(columns.block).toBeGreaterThan(columns.token + cardSizes.token.width)
    expect(columns.endpoint).toBeGreaterThan(columns.block + cardSizes.block.width)
  })
})

describe('the placement', () => {
  it('keeps placed cards at their positions, and overlaps no computed position', () => {
    fc.assert(
      fc.property(graph, (state) => {
        const cards = [...placeCards(state).values()]
        expect(cards).toHaveLength(countOf(state))
        for (const card of cards) if (card.placed) expect({ x: card.x, y: card.y }).toEqual(card.stored)
        const clashes = pairs(cards).filter(([left, right]) => overlaps(left, right))
        expect(clashes.filter(([left, right]) => !left.placed || !right.placed)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
