/** What is folded on the canvas, and what stands for it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { busiest, failing } from '../../../../../../public/admin/canvas/model/fleet/busiest.ts'
import { connectedCards, connectedTo } from '../../../../../../public/admin/canvas/model/fleet/connected.ts'
import {
  groupEndpoints,
  prefixOf,
} from '../../../../../../public/admin/canvas/model/fleet/endpoint-groups.ts'
import {
  AUTOMATIC,
  MAX_UNFOLDED,
  parseFoldSettings,
  setOpen,
} from '../../../../../../public/admin/canvas/model/fleet/fold-settings.ts'
import { shownOf, type Selection } from '../../../../../../public/admin/canvas/model/fleet/shown.ts'
import { linesOf, wiresOfLine } from '../../../../../../public/admin/canvas/model/edges.ts'
import { objectsOfCards, selectedKeys } from '../../../../../../public/admin/canvas/model/nodes.ts'
import { placeCards } from '../../../../../../public/admin/canvas/model/placement.ts'
import type { StateView } from '../../../../../../src/contract/gateway.ts'
import { wireKey, wireOf, type NodeRef } from '../../../../../../public/admin/state/node-ref.ts'
import { anyFleet, fleetOf } from './some-fleet.ts'

const fleet = fleetOf({ tokens: 500, blocks: 30, endpoints: 100 })
const none = (): string => ''
const selecting = (...nodes: NodeRef[]): Selection => ({ nodes, wires: [] })
const cardsOf = (
  state: StateView,
  ...given: Parameters<typeof shownOf> extends [unknown, ...infer Rest] ? Rest : never
) => {
  const shown = shownOf(state, ...given)
  return { shown, keys: [...placeCards(state, shown).keys()] }
}

describe('folding', () => {
  it('is automatic beyond 40 cards of a kind, and the operator can choose otherwise', () => {
    const few = fleetOf({ tokens: MAX_UNFOLDED, blocks: 4, endpoints: MAX_UNFOLDED })
    expect(cardsOf(few).keys).toHaveLength(2 * MAX_UNFOLDED + 4)
    expect(cardsOf(fleet).keys.filter((key) => !key.startsWith('block'))).toEqual([
      'group-prefix-edge',
      'group-prefix-gpu-a',
      'group-prefix-gpu-b',
    ])
    expect(cardsOf(fleet, { tokens: 'shown', endpoints: 'none', open: [] }).keys).toHaveLength(630)
    expect(cardsOf(few, { tokens: 'folded', endpoints: 'prefix', open: [] }).keys).toHaveLength(4 + 3)
  })

  it('shows the clients of an unfolded block and the members of an unfolded group in place', () => {
    const open = setOpen(AUTOMATIC, ['block-2', 'group-prefix-edge'], true)
    const { shown, keys } = cardsOf(fleet, open)
    const clients = fleet.client_tokens.filter((token) => token.incoming_block_id === 2)
    expect(keys.filter((key) => key.startsWith('token'))).toHaveLength(clients.length)
    const edge = shown.groups.find(({ name }) => name === 'edge')
    expect(keys.filter((key) => key.startsWith('endpoint'))).toHaveLength(edge?.ids.length ?? 0)
    expect(setOpen(open, ['block-2', 'group-prefix-edge'], false)).toEqual(AUTOMATIC)
  })

  it('shows a folded card while it is selected', () => {
    const { keys } = cardsOf(
      fleet,
      AUTOMATIC,
      none,
      selecting({ kind: 'token', id: 9 }, { kind: 'endpoint', id: 4 }),
    )
    expect(keys).toContain('token-9')
    expect(keys).toContain('endpoint-4')
  })

  it('remembers what can be read of what was stored, and nothing else', () => {
    expect(parseFoldSettings({ tokens: 'shown', endpoints: 'model', open: ['block-1', 4] })).toEqual({
      tokens: 'shown',
      endpoints: 'model',
      open: ['block-1'],
    })
    for (const broken of [null, 7, 'x', { tokens: 'no', open: {} }])
      expect(parseFoldSettings(broken)).toEqual(AUTOMATIC)
  })
})

describe('groups', () => {
  const named = (...names: string[]) => names.map((name, index) => ({ id: index + 1, name, group: '' }))

  it('go by the beginning of a name', () => {
    expect(['gpu-a-007', 'vllm2', 'openai-eu-west', 'node 12', '42', 'x'].map(prefixOf)).toEqual([
      'gpu-a',
      'vllm',
      'openai',
      'node',
      '42',
      'x',
    ])
  })

  it('have every endpoint at most once, and those made by hand always', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ name: fc.constantFrom('a-1', 'a-2', 'b-1', 'c'), group: fc.constantFrom('', 'rack') }),
          {
            maxLength: 60,
          },
        ),
        fc.constantFrom('auto' as const, 'group' as const, 'model' as const, 'prefix' as const),
        (objects, by) => {
          const endpoints = objects.map((one, index) => ({ id: index + 1, ...one }))
          const groups = groupEndpoints(endpoints, by, (id) => `model ${id % 3}`)
          const ids = groups.flatMap((group) => group.ids)
          expect(new Set(ids).size).toBe(ids.length)
          const byHand = endpoints.filter(({ group }) => group === 'rack').map(({ id }) => id)
          expect(groups.find((one) => one.byHand)?.ids ?? []).toEqual(byHand)
        },
      ),
    )
    expect(groupEndpoints([{ id: 1, name: 'a', group: 'rack' }], 'none', none)).toEqual([])
  })

  it('go by models where names tell nothing', () => {
    const endpoints = named(...Array.from({ length: 50 }, (_, index) => `node-${index}`))
    const groups = groupEndpoints(endpoints, 'auto', (id) => (id % 2 === 0 ? 'llama' : 'qwen +1'))
    expect(groups.map(({ name, ids }) => [name, ids.length])).toEqual([
      ['llama', 25],
      ['qwen +1', 25],
    ])
  })

  it('are selected with all of their members, and stand for them', () => {
    const { shown } = cardsOf(fleet)
    const [group] = shown.groups
    const nodes = objectsOfCards([group?.key ?? ''], shown)
    expect(nodes).toHaveLength(group?.ids.length ?? 0)
    expect(selectedKeys({ nodes, wires: [] }, shown)).toContain(group?.key)
    expect(selectedKeys({ nodes: nodes.slice(1), wires: [] }, shown)).not.toContain(group?.key)
  })
})

describe('the lines of a fleet', () => {
  const wiresOf = (lines: ReturnType<typeof linesOf>) => lines.flatMap(wiresOfLine).map(wireKey)

  it('have every wire once, bundled by block and group, and end at cards that are shown', () => {
    fc.assert(
      fc.property(anyFleet, fc.boolean(), (state, opens) => {
        const settings = opens ? setOpen(AUTOMATIC, ['group-prefix-gpu-a', 'block-1'], true) : AUTOMATIC
        const { shown, keys } = cardsOf(state, settings)
        const lines = linesOf(state, [], shown)
        expect(wiresOf(lines).sort()).toEqual(state.wires.map((wire) => wireKey(wireOf(wire))).sort())
        for (const { source, target } of lines) {
          expect(keys).toContain(source)
          expect(keys).toContain(target)
        }
        const bundles = lines.filter(({ type }) => type === 'bundle')
        expect(new Set(bundles.map(({ source, target }) => `${source} ${target}`)).size).toBe(bundles.length)
      }),
      { numRuns: 40 },
    )
  })

  it('are drawn one by one to the members of an unfolded group that a selected block leads to', () => {
    const open = setOpen(
      AUTOMATIC,
      shownOf(fleet).groups.map(({ key }) => key),
      true,
    )
    const single = (selection: Selection) =>
      linesOf(fleet, [], shownOf(fleet, open, none, selection)).filter(({ type }) => type === 'wire')
    expect(single(selecting())).toEqual([])
    const own = fleet.wires.filter((wire) => wire.incoming_block_id === 3)
    expect(single(selecting({ kind: 'block', id: 3 }))).toHaveLength(own.length)
  })
})

describe('what is connected', () => {
  it('is the way from client token to endpoint, whichever card of it is selected', () => {
    const state = fleetOf({ tokens: 6, blocks: 3, endpoints: 9 })
    const token = connectedTo(state, selecting({ kind: 'token', id: 1 }))
    expect(token?.nodes).toContain('block-2')
    const reached = state.wires
      .filter((wire) => wire.incoming_block_id === 2)
      .map((wire) => `endpoint-${wire.endpoint_id}`)
    for (const key of reached) expect(token?.nodes).toContain(key)
    expect(token?.nodes).not.toContain('token-4')
    const endpoint = connectedTo(state, selecting({ kind: 'endpoint', id: Number(reached[0]?.slice(9)) }))
    expect(endpoint?.nodes).toContain('token-1')
    expect(connectedTo(state, selecting())).toBeUndefined()
  })

  it('is symmetric between blocks and endpoints, and folded cards stand for what they fold', () => {
    fc.assert(
      fc.property(anyFleet, (state) => {
        const shown = shownOf(state)
        for (const wire of state.wires.slice(0, 10)) {
          const block = { kind: 'block', id: wire.incoming_block_id } as const
          const endpoint = { kind: 'endpoint', id: wire.endpoint_id } as const
          expect(connectedTo(state, selecting(block))?.nodes).toContain(`endpoint-${endpoint.id}`)
          const connected = connectedTo(state, selecting(endpoint))
          expect(connected?.nodes).toContain(`block-${block.id}`)
          if (connected === undefined) continue
          const keys = placeCards(state, shown)
          for (const key of connectedCards(state, shown, connected)) expect(keys.has(key)).toBe(true)
        }
      }),
      { numRuns: 20 },
    )
  })
})

it('names the three busiest clients in a lasting order, and those that fail', () => {
  const traffic = [4, 9, 1, 7, 0].map((tokensPerSecond, index) => ({
    id: index + 1,
    tokensPerSecond,
    errorsPerSecond: index === 2 ? 0.5 : 0,
  }))
  expect(busiest(traffic)).toEqual([1, 2, 4])
  expect(failing(traffic)).toEqual([3])
})
