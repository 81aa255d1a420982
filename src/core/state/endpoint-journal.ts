// Tells those who keep an order of endpoints which of them have changed since they looked last.

export interface EndpointJournal<Endpoint> {
  /** All endpoints with a cooldown, a hang or failed health checks; others may be among them. */
  readonly setAside: Set<Endpoint>
  /** To be called with each change of what selection depends on: pass, slots, counters, and what keeps requests from it. */
  note(endpoint: Endpoint): void
  /** To be called after changes of many endpoints, or of the wires to them. */
  noteAll(): void
  /** Number of the next change. What is read up to it must have been read before. */
  position(): number
  /**
   * @param position - from an earlier call of `position`.
   * @param visit - called for each endpoint that has changed since, more than once where it has changed more than once.
   * @returns false where too much has changed: then any endpoint may have, and none is visited.
   */
  visitSince(position: number, visit: (endpoint: Endpoint) => void): boolean
}

/** A power of two. */
const REMEMBERED = 1_024

export function createEndpointJournal<Endpoint>(): EndpointJournal<Endpoint> {
  /** A ring of the latest changes. */
  const changed: Endpoint[] = []
  let next = 0
  /** The furthest that anyone has read. */
  let read = 0
  return {
    setAside: new Set(),
    note(endpoint) {
      // A request changes its endpoint several times in a row.
      if (next > read && changed[(next - 1) % REMEMBERED] === endpoint) return
      changed[next % REMEMBERED] = endpoint
      next += 1
    },
    noteAll() {
      // A multiple of the ring's length, so that it stays without gaps.
      next += 2 * REMEMBERED
    },
    position() {
      read = next
      return next
    },
    visitSince(position, visit) {
      if (next - position > REMEMBERED) return false
      for (let at = position; at < next; at += 1) {
        const endpoint = changed[at % REMEMBERED]
        if (endpoint !== undefined) visit(endpoint)
      }
      return true
    },
  }
}
