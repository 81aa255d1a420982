// Allocates the concurrency slots of endpoints: each open lease takes one slot of its endpoint.

/** The slots of one endpoint as this process sees them. Plain fields: selection reads them for every wire of a block. */
export interface EndpointSlots {
  /** Identifies the endpoint to other processes. */
  readonly config: { readonly id: number }
  /** Slots that this process may have taken at once. */
  capacity: number
  /** Slots that it has taken. */
  inflight: number
}

/**
 * The only writer of `capacity` and `inflight`; whoever has it change them tells the journal of the endpoints, which long lists
 * are kept up to date by. Synchronous: where several processes share an endpoint, each is granted
 * a part of its limit in advance, and selection compares `inflight` with the grant alone.
 */
export interface SlotAllocator {
  /** Sets the limit of an endpoint over all processes. Slots that are taken beyond a lower limit stay taken. */
  setLimit(slots: EndpointSlots, limit: number): void
  take(slots: EndpointSlots): void
  release(slots: EndpointSlots): void
}

/** For a single process, which is granted the whole limit. */
export const createLocalSlots = (): SlotAllocator => ({
  setLimit: (slots, limit) => void (slots.capacity = limit),
  take: (slots) => void (slots.inflight += 1),
  release: (slots) => void (slots.inflight -= 1),
})

export const isFull = ({ inflight, capacity }: EndpointSlots): boolean => inflight >= capacity
