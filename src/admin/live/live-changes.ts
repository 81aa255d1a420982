// Reduces the live figures to those that have changed since the tick before.
import type { LiveView } from '../../contract/live.ts'

export interface LiveChanges {
  /** The figures of this tick that differ from those of the tick before; all at the first. */
  next(): LiveView
  /** Forgets the tick before: nothing reads the changes any more. */
  reset(): void
}

const byId = (item: { readonly id: number }): string => String(item.id)

/** @param readLive - with the client tokens of the given ids, although they have no traffic any more. */
export function createLiveChanges(readLive: (tokenIds: ReadonlySet<number>) => LiveView): LiveChanges {
  let before = new Map<string, string>()
  let busyTokens = new Set<number>()
  return {
    next() {
      const live = readLive(busyTokens)
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
      }
      before = now
      busyTokens = new Set(
        live.client_tokens
          .filter((token) => token.inflight + token.tokens_per_second + token.requests_per_second > 0)
          .map(({ id }) => id),
      )
      return changes
    },
    reset() {
      before = new Map()
      busyTokens = new Set()
    },
  }
}
