// The live side of one endpoint: counters, load and standing, which survive changes of its configuration.
import type { EndpointConfig } from './configuration.ts'
import type { EndpointCounters } from './counters.ts'

/** One opening of the breaker. */
export interface Trip {
  /** On the core's clock. */
  readonly untilMs: number
  readonly cooldownMs: number
  /** Whether a probe is under way. */
  probing: boolean
}

interface EndpointError {
  readonly text: string
  /** On the core's clock. */
  readonly atMs: number
}

export interface EndpointRuntime {
  /** The endpoint as configured now; swapped on every change. */
  config: EndpointConfig
  /** Most requests it may hold at once. */
  capacity: number
  readonly counters: EndpointCounters
  inflight: number
  /** The breaker's cooldown; null while it is closed. */
  tripped: Trip | null
  /** Whether active health checks have set it aside. */
  unhealthy: boolean
  lastError: EndpointError | null
  /** Stride scheduling: what it has been charged, in tokens per percent of quota. */
  pass: number
  /** Counts its fresh starts in the sharing; leases from before one no longer move its pass. */
  epoch: number
}

/** A wire to an enabled endpoint, with what its block alone knows of that endpoint's place in the sharing. */
export interface LiveWire {
  readonly endpoint: EndpointRuntime
  /** Added to the pass of the endpoint; what the block forgives or forgets must not show in other blocks. */
  offset: number
  /** Pass and offset when the quotas last picked it. */
  servedAt: number
  /** The endpoint's epoch in which it was given its place; another than the present one makes it a newcomer. */
  epoch: number
}

export const isFull = (endpoint: EndpointRuntime): boolean => endpoint.inflight >= endpoint.capacity
