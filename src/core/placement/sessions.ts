// Remembers which endpoint the requests of a session go to.
import { LRUCache } from 'lru-cache'
import type { EligibleWires } from '../routing/policies/eligible-wires.ts'
import type { LiveWire } from '../state/endpoint-runtime.ts'

export interface Sessions {
  /** Id of the endpoint that served the session last; undefined where that is not known. */
  homeOf(session: string): number | undefined
  /** @returns whether the session has moved from another endpoint. */
  settleAt(session: string, endpointId: number): boolean
}

/** The sessions used least recently beyond it begin anew, where their hash leads them. */
const MAX_SESSIONS = 100_000

export function createSessions(): Sessions {
  // It reserves the memory of all its entries, which takes milliseconds: made for the first session.
  let homes: LRUCache<string, number> | undefined
  return {
    homeOf: (session) => homes?.peek(session),
    settleAt(session, endpointId) {
      homes ??= new LRUCache({ max: MAX_SESSIONS })
      const home = homes.get(session)
      if (home !== endpointId) homes.set(session, endpointId)
      return home !== undefined && home !== endpointId
    },
  }
}

/** FNV-1a, and a final mix. @returns 32 bits. */
function hash(session: string, endpointId: number): number {
  let bits = 0x811c9dc5 ^ endpointId
  for (let index = 0; index < session.length; index += 1)
    bits = Math.imul(bits ^ session.charCodeAt(index), 0x01000193)
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d)
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39)
  return (bits ^ (bits >>> 15)) >>> 0
}

/**
 * Rendezvous hashing: each session has its own order of all endpoints, which a lost endpoint does not change.
 * See Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998.
 * @returns the first in that order of the eligible wires that may take the session.
 */
export function firstByHash(
  session: string,
  eligible: EligibleWires,
  mayTake: (wire: LiveWire) => boolean,
): LiveWire | undefined {
  let first: LiveWire | undefined
  let highest = -1
  const { wires } = eligible
  for (let index = eligible.next(0); index < wires.length; index = eligible.next(index + 1)) {
    const wire = wires[index]
    if (wire === undefined || !mayTake(wire)) continue
    const bits = hash(session, wire.endpoint.config.id)
    if (bits <= highest) continue
    highest = bits
    first = wire
  }
  return first
}
