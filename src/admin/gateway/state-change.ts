// The difference of two configurations, as far as the state's readers have not got it.
import type { StateChange } from '../../contract/gateway.ts'
import type { Snapshot } from '../../core/state/configuration.ts'
import { stateParts } from './state-view.ts'
import type { AdminContext } from '../http/admin-context.ts'

// More are sent as a whole state, which is rendered bit by bit.
const MAX_CHANGED = 500

const sameOthers = ['wires', 'settings', 'groupColors'] as const

interface Identified {
  readonly id: number
}

/** Lists are compared by the identity of their objects: an object without a change stays the same. */
function difference<Item extends Identified>(before: readonly Item[], after: readonly Item[]) {
  if (before === after) return { changed: [], removed: [] }
  const old = new Map(before.map((item) => [item.id, item]))
  const changed: Item[] = []
  for (const item of after) {
    if (old.get(item.id) !== item) changed.push(item)
    old.delete(item.id)
  }
  return { changed, removed: [...old.keys()] }
}

/** @returns undefined where the whole state says it better: after many changes, and where only figures were reset. */
export function stateChange(
  context: Pick<AdminContext, 'state' | 'clock' | 'version'>,
  before: Snapshot,
  after: Snapshot,
): StateChange | undefined {
  const endpoints = difference(before.endpoints, after.endpoints)
  const blocks = difference(before.blocks, after.blocks)
  const tokens = difference(before.tokens, after.tokens)
  const aliases = difference(before.aliases, after.aliases)
  const notes = difference(before.notes, after.notes)
  const count = [endpoints, blocks, tokens, aliases, notes].reduce(
    (sum, { changed, removed }) => sum + changed.length + removed.length,
    0,
  )
  const isSame = count === 0 && sameOthers.every((list) => before[list] === after[list])
  if (isSame || count > MAX_CHANGED) return undefined
  const { head, endpoint, block, wire, token, alias, note, group, tail } = stateParts(context, after)
  const isWiredAnew = ({ id }: Identified): boolean =>
    before.connectedEndpointIds.has(id) !== after.connectedEndpointIds.has(id)
  const ownChanges = new Set(endpoints.changed)
  const changedEndpoints = after.endpoints.filter((item) => ownChanges.has(item) || isWiredAnew(item))
  return {
    ...head(),
    endpoints: changedEndpoints.map(endpoint),
    incoming_blocks: blocks.changed.map(block),
    client_tokens: tokens.changed.map(token),
    model_aliases: aliases.changed.map(alias),
    canvas_notes: notes.changed.map(note),
    endpoint_groups: before.groupColors === after.groupColors ? null : after.groupColors.map(group),
    wires: before.wires === after.wires ? null : after.wires.map(wire),
    removed: {
      endpoints: endpoints.removed,
      incoming_blocks: blocks.removed,
      client_tokens: tokens.removed,
      model_aliases: aliases.removed,
      canvas_notes: notes.removed,
    },
    ...tail(),
  }
}
