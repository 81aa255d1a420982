// Following the changes of a configuration gives the configuration.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyConfigurationChange,
  diffConfiguration,
  emptyConfiguration,
  splitChange,
  type ConfigurationChange,
} from '../../src/cluster/configuration-change.ts'
import type { Configuration } from '../../src/core/state/configuration.ts'
import {
  aliasConfig,
  blockConfig,
  configuration,
  endpointConfig,
  tokenConfig,
} from '../support/gateway/gateway-fixture.ts'

const create = {
  endpoints: (id: number, value: number) => endpointConfig(id, { quotaPercent: value }),
  blocks: (id: number, value: number) => blockConfig(id, { allowedModels: [`m${value}`] }),
  tokens: (id: number, value: number) => tokenConfig(id, { requestPriority: value }),
  aliases: (id: number, value: number) =>
    aliasConfig(id, { targets: [{ model: `m${value}`, endpoint_id: null }] }),
}
const names = ['endpoints', 'blocks', 'tokens', 'aliases'] as const
const everyList = [...names, 'wires', 'settings'] as const

type Edit =
  | { readonly list: (typeof names)[number]; readonly id: number; readonly value: number | null }
  | { readonly list: 'wires'; readonly blockId: number; readonly endpointId: number }
  | { readonly list: 'settings'; readonly posX: number }

const id = fc.integer({ min: 1, max: 12 })
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ list: fc.constantFrom(...names), id, value: fc.option(fc.nat(100)) }) },
  fc.record({ list: fc.constant('wires' as const), blockId: id, endpointId: id }),
  fc.record({ list: fc.constant('settings' as const), posX: fc.nat(1000) }),
)

/** Changes one list; a value of null removes the row. */
function applyEdit(before: Configuration, change: Edit): Configuration {
  if (change.list === 'settings')
    return { ...before, settings: { ...before.settings, incomingPos: { posX: change.posX, posY: 0 } } }
  if (change.list === 'wires') {
    const { blockId, endpointId } = change
    return { ...before, wires: [...before.wires, { blockId, endpointId }] }
  }
  const rows: readonly { readonly id: number }[] = before[change.list]
  const others = rows.filter((row) => row.id !== change.id)
  const added = change.value === null ? [] : [create[change.list](change.id, change.value)]
  return { ...before, [change.list]: [...others, ...added].sort((a, b) => a.id - b.id) }
}

const throughJson = (change: ConfigurationChange): ConfigurationChange => structuredClone(change)

/** Applies the change as another process gets it. */
const follow = (before: Configuration, change: ConfigurationChange, most: number): Configuration =>
  [...splitChange(change, most)].map(throughJson).reduce(applyConfigurationChange, before)

const start = configuration([1, 2, 5].map((each) => endpointConfig(each)))

describe('a change of the configuration', () => {
  it('gives the new configuration to each that had the one before, in parts too, and to one that had none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(edit, { maxLength: 8 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (steps, most) => {
          let current: Configuration = start
          let followed = follow(emptyConfiguration(start.settings), diffConfiguration(undefined, start), most)
          for (const edits of steps) {
            const next = edits.reduce(applyEdit, current)
            const change = diffConfiguration(current, next)
            const before = followed
            followed = follow(followed, change, most)
            expect(followed).toEqual(next)
            for (const list of everyList) {
              expect(change[list] === undefined).toBe(current[list] === next[list])
              if (current[list] === next[list]) expect(followed[list]).toBe(before[list])
            }
            current = next
          }
          const joined = follow(
            emptyConfiguration(start.settings),
            diffConfiguration(undefined, current),
            most,
          )
          expect(joined).toEqual(current)
        },
      ),
    )
  })

  it('names only the rows that have changed', () => {
    const next = [
      { list: 'endpoints', id: 2, value: 7 },
      { list: 'endpoints', id: 5, value: null },
      { list: 'tokens', id: 3, value: 1 },
    ] as const
    const after = next.reduce<Configuration>(applyEdit, start)
    expect(diffConfiguration(start, after)).toEqual({
      endpoints: { rows: [create.endpoints(2, 7)], removed: [5] },
      tokens: { rows: [create.tokens(3, 1)], removed: [] },
    })
    expect(diffConfiguration(after, after)).toEqual({})
  })

  it('has parts of a bounded number of rows, and at least one part', () => {
    const many = { ...start, tokens: Array.from({ length: 1_001 }, (_, index) => tokenConfig(index + 1)) }
    const parts = [...splitChange(diffConfiguration(start, many), 500)]
    expect(parts.map(({ tokens }) => tokens?.rows.length)).toEqual([500, 500, 1])
    expect([...splitChange({}, 500)]).toEqual([{}])
  })
})
