// Reduces the live figures to those that have changed since the tick before.
import type { LiveView } from '../../contract/live.ts'

export interface LiveChanges {
  /** The figures of this tick that differ from those of the tick before; all at the first. */
  next(): LiveView
  /** Forgets the tick before: nothing reads the changes any more. */
  reset(): void
}

const keyOf = (list: string, item: object): string =>
  'id' in item ? `${list}/${String(item.id)}` : JSON.stringify(Object.values(item).slice(0, 2))

/** @param readLive - with the client tokens of the given ids, although they have no traffic any more. */
export function createLiveChanges(readLive: (tokenIds: ReadonlySet<number>) => LiveView): LiveChanges {
  let before = new Map<string, string>()
  let busyTokens = new Set<number>()
  return {
    next() {
      const live = readLive(busyTokens)
      const now = new Map<string, string>()
      const changed = <Item extends object>(list: string, items: readonly Item[]): Item[] =>
        items.filter((item) => {
          const key = keyOf(list, item)
          const text = JSON.stringify(item)
          now.set(key, text)
          return before.get(key) !== text
        })
      const changes: LiveView = {
        ...live,
        endpoints: changed('endpoint', live.endpoints),
        incoming_blocks: changed('block', live.incoming_blocks),
        client_tokens: changed('token', live.client_tokens),
        wires: changed('wire', live.wires),
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
