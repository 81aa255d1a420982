// A long list of wires whose order a policy keeps: which of them are candidates, and which have changed since the last selection.
import type { EndpointJournal } from '../../state/endpoint-journal.ts'
import type { EndpointRuntime, LiveWire } from '../../state/endpoint-runtime.ts'
import type { RoutingPolicy, ListSelector } from '../policies/policy.ts'

/** All of a list of at most so many wires are visited by each selection. */
export const MAX_SHORT_LIST = 64

export interface LongList {
  readonly policy: RoutingPolicy
  readonly selector: ListSelector
  /**
   * Brings the selector up to date.
   * @param excluded - endpoints that are no candidates of the request; others than those of the list may be among them.
   * @returns whether any is a candidate.
   */
  refresh(excluded: readonly EndpointRuntime[]): boolean
}

/** @returns a function that finds the number of the wire to an endpoint; -1 where there is none. */
function createIndex(wires: readonly LiveWire[]): (endpointId: number) => number {
  // Side by side: a search in the endpoints themselves would visit memory that is in no cache.
  const ids = Float64Array.from(wires, ({ endpoint }) => endpoint.config.id)
  return (endpointId) => {
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((ids[middle] ?? 0) < endpointId) low = middle + 1
      else high = middle
    }
    return ids[low] === endpointId ? low : -1
  }
}

export function createLongList(
  wires: readonly LiveWire[],
  policy: RoutingPolicy,
  journal: EndpointJournal<EndpointRuntime>,
): LongList {
  const indexOf = createIndex(wires)
  const selector = policy.createListSelector(wires, indexOf)
  let excluded = new Set<number>()
  let position = -Infinity

  const update = (index: number): void => selector.update(index, !excluded.has(index))

  const exclude = (endpoints: readonly EndpointRuntime[]): void => {
    if (endpoints.length === 0 && excluded.size === 0) return
    const before = excluded
    excluded = new Set(endpoints.map(({ config }) => indexOf(config.id)).filter((index) => index >= 0))
    for (const index of before) if (!excluded.has(index)) update(index)
    for (const index of excluded) if (!before.has(index)) update(index)
  }

  return {
    policy,
    selector,
    refresh(endpoints) {
      exclude(endpoints)
      const visit = ({ config }: EndpointRuntime): void => {
        const index = indexOf(config.id)
        if (index >= 0) update(index)
      }
      if (!journal.visitSince(position, visit))
        for (let index = 0; index < wires.length; index += 1) update(index)
      position = journal.position()
      return excluded.size < wires.length
    },
  }
}
