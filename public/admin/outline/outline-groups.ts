/** The content of the outline: all objects with their conditions, filtered. */
import { plural } from '../../ui/format/figures.ts'
import { noteTitle } from '../format/note-title.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { bySeverity, type Condition } from '../endpoint-condition/endpoint-condition.ts'
import type { CanvasItem } from '../state/node-ref.ts'

export interface OutlineFilter {
  readonly text: string
  readonly condition: ConditionFilter
  /** Id of an incoming block: lists the block, its client tokens and its endpoints. */
  readonly blockId: number | undefined
}

export type ConditionFilter = 'any' | 'trouble' | Condition

export type OutlineKind = CanvasItem['kind']

export interface OutlineItem {
  readonly id: number
  readonly name: string
  /** The condition of an endpoint; of a block or client token `not wired` where it reaches no endpoint. */
  readonly condition: Condition | undefined
  /** The connected objects as text; of a note the text after its first line. */
  readonly joined: string
  readonly blockIds: readonly number[]
}

export interface OutlineGroup {
  readonly kind: OutlineKind
  readonly title: string
  /** Number of objects without the filter. */
  readonly all: number
  readonly items: readonly OutlineItem[]
}

type Conditions = ReadonlyMap<number, Condition>
type Named = { readonly id: number; readonly name: string }

const TROUBLE: readonly (Condition | undefined)[] = ['cooling', 'partly cooling', 'probing', 'unhealthy']

const words = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '))

/** For each id on one side of the wires, the objects on the other side, in the order of `others`. */
function joinedBy(pairs: readonly (readonly [number, number])[], others: readonly Named[]) {
  const order = new Map(others.map((other, index) => [other.id, index]))
  const joined = new Map<number, Named[]>()
  for (const [id, otherId] of pairs.toSorted(
    (left, right) => (order.get(left[1]) ?? 0) - (order.get(right[1]) ?? 0),
  )) {
    const other = others[order.get(otherId) ?? -1]
    if (other === undefined) continue
    const known = joined.get(id)
    if (known) known.push(other)
    else joined.set(id, [other])
  }
  return (id: number): readonly Named[] => joined.get(id) ?? []
}

const noteItems = (notes: StateView['canvas_notes']): OutlineItem[] =>
  notes.map(({ id, kind, text }) => ({
    id,
    name: noteTitle(text),
    condition: undefined,
    joined: [kind, ...text.trim().split('\n').slice(1)].filter(Boolean).join(' · '),
    blockIds: [],
  }))

function itemsOf(state: StateView, conditions: Conditions): Record<OutlineKind, OutlineItem[]> {
  const { wires, endpoints, incoming_blocks: blocks, client_tokens: tokens } = state
  const endpointsOf = joinedBy(
    wires.map((wire) => [wire.incoming_block_id, wire.endpoint_id]),
    endpoints,
  )
  const blocksOf = joinedBy(
    wires.map((wire) => [wire.endpoint_id, wire.incoming_block_id]),
    blocks,
  )
  const clients = new Map<number, number>()
  for (const { incoming_block_id: id } of tokens) clients.set(id, (clients.get(id) ?? 0) + 1)
  const named = (things: readonly Named[]) => words(things.map(({ name }) => name))
  const nameOf = (things: readonly Named[]) => new Map(things.map(({ id, name }) => [id, name]))
  const [blockNames, endpointNames] = [nameOf(blocks), nameOf(endpoints)]
  const reach = (blockId: number): Condition | undefined =>
    endpointsOf(blockId).length === 0 ? 'not wired' : undefined
  return {
    endpoint: endpoints.map(({ id, name }) => ({
      id,
      name,
      condition: conditions.get(id),
      joined: `from ${named(blocksOf(id))}`,
      blockIds: blocksOf(id).map((block) => block.id),
    })),
    token: tokens.map(({ id, name, incoming_block_id: blockId, preferred_endpoint_id: preferred }) => ({
      id,
      name,
      condition: reach(blockId),
      joined:
        `in ${blockNames.get(blockId) ?? 'no block'}` +
        (preferred === null ? '' : `, prefers ${endpointNames.get(preferred) ?? 'none that is there'}`),
      blockIds: [blockId],
    })),
    block: blocks.map(({ id, name }) => ({
      id,
      name,
      condition: reach(id),
      joined: `${plural(clients.get(id) ?? 0, 'client')} to ${named(endpointsOf(id))}`,
      blockIds: [id],
    })),
    note: noteItems(state.canvas_notes),
  }
}

/** @param conditions - of the endpoints, by id */
export function outlineGroups(
  state: StateView,
  conditions: Conditions,
  filter: OutlineFilter,
): OutlineGroup[] {
  const sought = filter.text.trim().toLowerCase()
  const fits = ({ name, joined, condition, blockIds }: OutlineItem): boolean =>
    (sought === '' || `${name} ${joined}`.toLowerCase().includes(sought)) &&
    (filter.blockId === undefined || blockIds.includes(filter.blockId)) &&
    (filter.condition === 'any' ||
      (filter.condition === 'trouble' ? TROUBLE.includes(condition) : filter.condition === condition))
  const items = itemsOf(state, conditions)
  const group = (kind: OutlineKind, title: string): OutlineGroup => ({
    kind,
    title,
    all: items[kind].length,
    items: items[kind].filter(fits),
  })
  return [
    group('endpoint', 'Endpoints'),
    group('token', 'Client tokens'),
    group('block', 'Incoming blocks'),
    ...(items.note.length > 0 ? [group('note', 'Notes and frames')] : []),
  ]
}

/** The number of items by condition: `1 cooling, 2 healthy`; empty where no item has a condition. */
export const summaryOf = ({ items }: OutlineGroup): string =>
  bySeverity
    .map((condition) => [items.filter((item) => item.condition === condition).length, condition])
    .filter(([count]) => count !== 0)
    .map(([count, condition]) => `${count} ${condition}`)
    .join(', ')
