/** Nodes and lines across updates from the server: identity, held cards and the selection. */
import { describe, expect, it } from 'vitest'
import { linesOf, reuseUnchanged, wireEdgeId } from '../../../../../public/admin/canvas/model/edges.ts'
import { cardsOf, type CardNode } from '../../../../../public/admin/canvas/model/nodes.ts'
import { placeCards } from '../../../../../public/admin/canvas/model/placement.ts'
import { selectIn, selectLines } from '../../../../../public/admin/canvas/model/selected.ts'
import type { StateView } from '../../../../../src/contract/gateway.ts'

const at = (x: number) => ({ pos_x: x, pos_y: 8 })

const stateWith = (endpointX: number, endpointName = 'vllm'): StateView =>
  ({
    client_tokens: [{ id: 1, name: 'app', incoming_block_id: 1, preferred_endpoint_id: 1, ...at(8) }],
    incoming_blocks: [{ id: 1, name: 'live', ...at(304) }],
    endpoints: [{ id: 1, name: endpointName, group: '', ...at(endpointX) }],
    wires: [{ incoming_block_id: 1, endpoint_id: 1 }],
  }) as StateView

const cards = (state: StateView, before: readonly CardNode[] = [], held: readonly string[] = []) =>
  cardsOf(state, placeCards(state), before, new Set(held))

const byId = (nodes: readonly CardNode[], id: string) => nodes.find((node) => node.id === id)

describe('the nodes of the canvas', () => {
  it('are in the order of their columns and named by kind and name', () => {
    expect(cards(stateWith(800)).map(({ id, ariaLabel }) => [id, ariaLabel])).toEqual([
      ['token-1', 'Client token app'],
      ['block-1', 'Incoming block live'],
      ['endpoint-1', 'Endpoint vllm'],
    ])
  })

  it('keep their identity unless their position or name changes', () => {
    const before = cards(stateWith(800))
    expect(cards(stateWith(800), before)).toEqual(before)
    const moved = cards(stateWith(880), before)
    expect(byId(moved, 'block-1')).toBe(byId(before, 'block-1'))
    expect(byId(moved, 'endpoint-1')?.position).toEqual({ x: 880, y: 8 })
    const renamed = cards(stateWith(800, 'sglang'), before)
    expect(byId(renamed, 'endpoint-1')).toMatchObject({ ariaLabel: 'Endpoint sglang', position: { x: 800 } })
  })

  it('are not moved by the server while they are held', () => {
    const before = cards(stateWith(800))
    expect(byId(cards(stateWith(880), before, ['endpoint-1']), 'endpoint-1')?.position.x).toBe(800)
  })
})

describe('the lines of the canvas', () => {
  const lines = linesOf(stateWith(800), [])
  const selectedIds = (some: typeof lines) => some.filter(({ selected }) => selected).map(({ id }) => id)

  it('keep their identity unless they change', () => {
    const after = reuseUnchanged(lines, linesOf(stateWith(880), []))
    after.forEach((line, index) => expect(line).toBe(lines[index]))
  })

  it('are other ones where a wire can or can no longer be taken, and say why it cannot', () => {
    const before = linesOf(stateWith(800), [])
    const after = reuseUnchanged(before, linesOf(stateWith(800), ['1-1']))
    const changed = after.filter((line, index) => line !== before[index])
    expect(changed).toMatchObject([
      {
        id: wireEdgeId({ blockId: 1, endpointId: 1 }),
        data: { broken: true },
        ariaLabel: 'Wire from live to vllm. No model of vllm is allowed to live',
      },
    ])
    expect(reuseUnchanged(after, linesOf(stateWith(800), ['1-1']))).toEqual(after)
  })

  it('are drawn last while they are selected', () => {
    const [wire] = [{ blockId: 1, endpointId: 1 }]
    const selected = selectLines(lines, [wire], false)
    expect(selectedIds(selected)).toEqual([wireEdgeId(wire)])
    expect(selected.at(-1)?.id).toBe(wireEdgeId(wire))
  })

  it('keep a selected preference until a card or a wire is selected', () => {
    const preferring = selectIn(lines, new Set(['preference-1']))
    expect(selectedIds(selectLines(preferring, [], false))).toEqual(['preference-1'])
    expect(selectedIds(selectLines(preferring, [], true))).toEqual([])
  })
})
