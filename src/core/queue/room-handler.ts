// Admits waiting requests when an endpoint may have room for them.
import type { CandidateSet } from './candidate-index.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { findNext, type FairQueue } from './fair-queue.ts'
import type { Lease } from '../lease/lease.ts'
import type { Refusal } from '../routing/refusal.ts'
import type { Router } from '../routing/router.ts'
import type { WaitingSet } from './waiting-set.ts'

/** An endpoint that may have room now, or anything at all. */
type Change = EndpointRuntime | 'anything'

interface RoomHandlerOptions<E extends CandidateSet> {
  readonly queue: FairQueue<E>
  readonly router: Router
  /** Must remove the entry from the queue. */
  readonly onLease: (entry: E, lease: Lease) => void
  /** Called after a change of anything where the request waits in vain. Must remove the entry from the queue, if it is still there. */
  readonly onRefusal: (entry: E, refusal: Refusal) => void
}

export const isFullRefusal = ({ code }: Refusal): boolean => code === 'LB_ERR_ALL_FULL'

/** @returns a function to be called on each change that may make room. */
export function createRoomHandler<E extends CandidateSet>(
  options: RoomHandlerOptions<E>,
): (change: Change) => void {
  const { queue, router, onLease, onRefusal } = options
  const changes = new Set<Change>()
  let isServing = false

  /** All other candidates of a waiting request are full or reserved: else it would not wait. */
  const setsAfter = (change: Change): Set<WaitingSet<E>> =>
    new Set(
      change === 'anything'
        ? queue.sets()
        : queue.setsWith(change, (request) => router.isWired(request, change)),
    )

  const findServable = (change: Change, sets: Iterable<WaitingSet<E>>) => {
    if (change === 'anything' || router.hasRoom(change)) return findNext(sets)
    // Where the first endpoint in order is reserved, a change of its rank may make room at another.
    return findNext(sets, ({ request }) => router.reservesFirst(request))
  }

  const serve = (change: Change): void => {
    const sets = setsAfter(change)
    for (let next = findServable(change, sets); next; next = findServable(change, sets)) {
      const { entry, set } = next
      const selection = router.acquire(entry.request, entry.tried, true)
      if ('lease' in selection) {
        onLease(entry, selection.lease)
        continue
      }
      // Admitting requests makes no room: the set is not tried again.
      sets.delete(set)
      if (change !== 'anything' || isFullRefusal(selection.refusal)) continue
      for (const each of set.entries()) onRefusal(each, selection.refusal)
    }
  }

  return (change) => {
    if (queue.size() === 0) return
    changes.add(change)
    // Admitting a request may settle another lease synchronously, which calls back here.
    if (isServing) return
    isServing = true
    try {
      for (const each of changes) {
        changes.delete(each)
        serve(each)
      }
    } finally {
      isServing = false
    }
  }
}
