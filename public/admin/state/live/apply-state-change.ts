/** Brings a state up to date by what has changed since. */
import type { StateChange, StateView } from '../../../../src/contract/gateway.ts'

interface Identified {
  readonly id: number
}

/** Keeps the objects without a change as they are, in ascending id; with none, the list too. */
function merge<Item extends Identified>(
  before: readonly Item[],
  changed: readonly Item[],
  removed: readonly number[],
): Item[] {
  if (changed.length === 0 && removed.length === 0) return before as Item[]
  const items = new Map(before.map((item) => [item.id, item]))
  for (const id of removed) items.delete(id)
  for (const item of changed) items.set(item.id, item)
  return [...items.values()].sort((a, b) => a.id - b.id)
}

export function applyStateChange(state: StateView, { removed, ...change }: StateChange): StateView {
  return {
    ...change,
    endpoints: merge(state.endpoints, change.endpoints, removed.endpoints),
    incoming_blocks: merge(state.incoming_blocks, change.incoming_blocks, removed.incoming_blocks),
    client_tokens: merge(state.client_tokens, change.client_tokens, removed.client_tokens),
    model_aliases: merge(state.model_aliases, change.model_aliases, removed.model_aliases),
    canvas_notes: merge(state.canvas_notes, change.canvas_notes, removed.canvas_notes),
    endpoint_groups: change.endpoint_groups ?? state.endpoint_groups,
    wires: change.wires ?? state.wires,
  }
}
