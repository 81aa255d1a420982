// Reduces the live figures to those that have changed since the tick before.
import type { LiveView } from '../../contract/traffic/live.ts'
import { busyOf, type Busy } from './live-view.ts'

export interface LiveChanges {
  /** The figures of this tick that differ from those of the tick before; all at the first. */
  next(): LiveView
  /** Forgets the tick before: nothing reads the changes any more. */
  reset(): void
}

const byId = (item: { readonly id: number }): string => String(item.id)

/** @param readLive - with what had traffic at the tick before, although it may have none any more. */
export function createLiveChanges(readLive: (also: Busy | undefined) => LiveView): LiveChanges {
  let before = new Map<string, string>()
  let busy: Busy | undefined
  return {
    next() {
      const live = readLive(busy)
      const now = new Map<string, string>()
      const changed = <Item>(list: string, items: readonly Item[], keyOf: (item: Item) => string): Item[] =>
        items.filter((item) => {
          const key = `${list}/${keyOf(item)}`
          const text = JSON.stringify(item)
          now.set(key, text)
          return before.get(key) !== text
        })
      const changes: LiveView = {
        ...live,
        endpoints: changed('endpoint', live.endpoints, byId),
        incoming_blocks: changed('block', live.incoming_blocks, byId),
        client_tokens: changed('token', live.client_tokens, byId),
        wires: changed('wire', live.wires, (wire) => `${wire.incoming_block_id}-${wire.endpoint_id}`),
        models: changed('model', live.models, ({ model }) => JSON.stringify(model)),
        model_aliases: changed('alias', live.model_aliases, byId),
      }
      before = now
      busy = busyOf(live)
      return changes
    },
    reset() {
      before = new Map()
      busy = undefined
    },
  }
}
