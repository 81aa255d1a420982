import { describe, expect, it } from 'vitest'
import { describeForce, isModeInUse, isServedIn } from '../../../../public/admin/routing/modes-in-use.ts'
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { RoutingMode } from '../../../../src/contract/objects/routing-field-schemas.ts'

/** @param blocks - the mode of each block, in ascending id; null for the gateway's. @param wires - block id and endpoint id. */
const stateOf = (
  mode: RoutingMode,
  blocks: readonly (RoutingMode | null)[],
  wires: readonly (readonly [number, number])[],
) =>
  ({
    routing_mode: mode,
    incoming_blocks: blocks.map((own, index) => ({
      id: index + 1,
      name: `block ${index + 1}`,
      routing_mode: own,
    })),
    wires: wires.map(([block, endpoint]) => ({ incoming_block_id: block, endpoint_id: endpoint })),
  }) as StateView

describe('an endpoint', () => {
  it('is served in the modes of the blocks that are wired to it, and in no other', () => {
    const state = stateOf(
      'percentage',
      [null, 'priority', 'balanced'],
      [
        [1, 7],
        [2, 7],
        [3, 8],
      ],
    )
    expect(isServedIn(state, 7, 'percentage')).toBe(true)
    expect(isServedIn(state, 7, 'priority')).toBe(true)
    expect(isServedIn(state, 7, 'balanced')).toBe(false)
    expect(isServedIn(state, 8, 'balanced')).toBe(true)
    expect(isServedIn(state, 8, 'percentage')).toBe(false)
  })

  it("is served in the gateway's mode where nothing is wired to it", () => {
    const state = stateOf('priority', ['balanced'], [])
    expect(isServedIn(state, 7, 'priority')).toBe(true)
    expect(isServedIn(state, 7, 'balanced')).toBe(false)
  })
})

describe('a field that counts in one mode', () => {
  it.each([
    [
      'is said nothing of where all blocks have the mode',
      [null, 'percentage'],
      [
        [1, 7],
        [2, 7],
      ],
      '',
    ],
    [
      'is in force for the blocks that have it',
      [null, 'balanced', 'percentage'],
      [
        [1, 7],
        [2, 7],
        [3, 7],
      ],
      'In force for block 1, block 3 only.',
    ],
    [
      'is not in force where none has it',
      ['priority', 'balanced'],
      [
        [1, 7],
        [2, 7],
      ],
      'Not in force in priority and balanced mode.',
    ],
    [
      'is not in force for the sake of a block that is wired elsewhere',
      ['priority', null],
      [
        [1, 7],
        [2, 8],
      ],
      'Not in force in priority mode.',
    ],
    ["goes by the gateway's mode without a wire", ['balanced'], [], ''],
  ] as const)('%s', (_case, blocks, wires, words) => {
    expect(describeForce(stateOf('percentage', blocks, wires), 7, 'percentage')).toBe(words)
  })
})

it('a mode is in use by the gateway or by any block', () => {
  const state = stateOf('balanced', [null, 'priority'], [])
  expect(isModeInUse(state, 'balanced')).toBe(true)
  expect(isModeInUse(state, 'priority')).toBe(true)
  expect(isModeInUse(state, 'percentage')).toBe(false)
})
