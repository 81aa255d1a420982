/** Configurations of any size, with the fields that the canvas reads. */
import fc from 'fast-check'
import type { StateView } from '../../../../../../src/contract/gateway.ts'

interface FleetSize {
  readonly tokens: number
  readonly blocks: number
  readonly endpoints: number
}

const POOLS = ['gpu-a', 'gpu-b', 'edge']

/** @param place - of each object, by its number; none is placed without it. */
export function fleetOf(
  { tokens, blocks, endpoints }: FleetSize,
  place: (index: number) => { pos_x: number; pos_y: number } = () => ({ pos_x: 0, pos_y: 0 }),
): StateView {
  const of = <Item>(count: number, item: (id: number) => Item) =>
    Array.from({ length: count }, (_, index) => ({ id: index + 1, ...place(index), ...item(index + 1) }))
  return {
    client_tokens: of(tokens, (id) => ({
      name: `client ${id}`,
      incoming_block_id: (id % blocks) + 1,
      preferred_endpoint_id: endpoints > 0 && id % 7 === 0 ? (id % endpoints) + 1 : null,
    })),
    incoming_blocks: of(blocks, (id) => ({ name: `block ${id}` })),
    endpoints: of(endpoints, (id) => ({ name: `${POOLS[id % POOLS.length]}-${id}`, group: '' })),
    canvas_notes: [],
    endpoint_groups: [],
    wires: Array.from({ length: blocks }, (_, block) => block + 1).flatMap((blockId) =>
      [0, 1, 2, 5]
        .map((step) => ((blockId * 3 + step) % Math.max(1, endpoints)) + 1)
        .filter((id, index, all) => id <= endpoints && all.indexOf(id) === index)
        .map((endpointId) => ({ incoming_block_id: blockId, endpoint_id: endpointId })),
    ),
  } as unknown as StateView
}

/** From a few cards to a fleet. */
export const anyFleet = fc
  .record({
    tokens: fc.integer({ min: 0, max: 90 }),
    blocks: fc.integer({ min: 1, max: 45 }),
    endpoints: fc.integer({ min: 0, max: 70 }),
  })
  .map((size) => fleetOf(size))
