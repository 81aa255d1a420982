// The live state of one endpoint: counters, slots, health and passes, which survive changes of its configuration.
import type { EndpointConfig } from './configuration.ts'
import type { EndpointCounters } from './counters.ts'
import type { EndpointJournal } from './endpoint-journal.ts'
import type { FailureEvidence } from '../lease/failure-evidence.ts'
import type { RecentSuccess } from '../lease/recent-success.ts'
import type { Scope } from '../lease/scope.ts'
import type { EndpointWork } from '../placement/endpoint-work.ts'
import type { LoadReport } from '../placement/load-report.ts'
import type { PrefixCache } from '../placement/prefix/prefix-cache.ts'
import type { EndpointSlots } from '../shared/slots.ts'
import type { FirstByteWatch } from '../lease/first-byte-watch.ts'
import type { LackedModels } from '../models/lacked-models.ts'
import type { ModelList, ServedModels } from '../models/served-models.ts'

/** One opening of the breaker. */
export interface Trip {
  /** When the breaker left its closed state, on the core's clock; failed probes do not change it. */
  readonly sinceMs: number
  /** On the core's clock. */
  readonly untilMs: number
  readonly cooldownMs: number
  /** The requests that have to wait for the end of the cooldown. */
  readonly scope: Scope
  /** Whether the other requests are admitted as probes only, one at a time. */
  readonly isForEveryone: boolean
  /** Whether a probe is in flight. */
  probing: boolean
  /** Probes that this process may still send: of several, 0 or 1 where the cooldown concerns some requests only; else Infinity. */
  probesLeft: number
  /** Whether another process may send the next probe, and is not known to have sent it. */
  isProbeAwaited: boolean
}

interface EndpointError {
  readonly text: string
  /** On the core's clock. */
  readonly atMs: number
}

export interface EndpointRuntime extends EndpointSlots {
  /** The current configuration; replaced on every change. */
  config: EndpointConfig
  readonly counters: EndpointCounters
  /** Shared by all endpoints. */
  readonly journal: EndpointJournal<EndpointRuntime>
  /** The models that the backend lists; undefined while that is not known. */
  list: ModelList | undefined
  /** What `list` and the configuration give; replaced on every change. */
  served: ServedModels
  /** Models that it does not take although it would by `served`; empty where the backend lists its models. */
  readonly lacked: LackedModels
  /** Paths that the backend has answered with 404 or 405 for the route itself. Emptied with its base URL. */
  readonly missingRoutes: Set<string>
  /** Those of the counted tokens that no response reported, since the start. */
  readonly estimated: { promptTokens: number; completionTokens: number }
  /** The breaker's cooldown; null while it is closed. */
  tripped: Trip | null
  /** What the failures since the last success have in common; replaced on every change. */
  evidence: FailureEvidence
  readonly successes: RecentSuccess
  /** How long requests wait for a first byte, and whether the endpoint is taken for hung. */
  readonly watch: FirstByteWatch
  /** Whether active health checks have failed. */
  unhealthy: boolean
  /** What the last active health check failed with; null once one succeeds. */
  healthCheckError: string | null
  lastError: EndpointError | null
  /** What it has to do, and how quickly it does it; replaced with its base URL. */
  work: EndpointWork
  /** What its backend tells of its load; null where it tells nothing, or has not lately. */
  load: LoadReport | null
  /** Whether it is to be asked to tell its load in the headers of its responses, as vLLM does. */
  asksLoadHeader: boolean
  /** The beginnings of prompts that its backend is taken to have cached. Emptied when it is set aside for everyone. */
  readonly prefix: PrefixCache
  /** Stride scheduling: tokens charged to it, divided by its quota in percent. */
  pass: number
  /** Number of restarts of its pass; a lease of an earlier epoch no longer moves the pass. */
  epoch: number
}

/** The endpoint joins the sharing anew, as a newcomer that catches nothing up. */
export function restartShare(endpoint: EndpointRuntime): void {
  endpoint.epoch += 1
  endpoint.journal.note(endpoint)
}

/** To be called when a cooldown, a hang or failed health checks begin to keep requests from the endpoint. */
export function setAside(endpoint: EndpointRuntime): void {
  restartShare(endpoint)
  endpoint.journal.setAside.add(endpoint)
}

/** A wire to an enabled endpoint, with the part of that endpoint's quota accounting that belongs to its block alone. */
export interface LiveWire {
  readonly endpoint: EndpointRuntime
  /** Added to the pass of the endpoint. Corrections of one block must not affect the shares of other blocks. */
  offset: number
  /** Pass plus offset when quota-share last selected the wire. */
  servedAt: number
  /** The endpoint's epoch in which `offset` was set; the wire is a newcomer while it differs from the current epoch. */
  epoch: number
  /** Selections by quota-share in this epoch. */
  served: number
  /** The number of the selection, over all wires, that selected it last; 0 before the first. */
  turn: number
}

/** A newcomer. */
export const newWire = (endpoint: EndpointRuntime): LiveWire => ({
  endpoint,
  offset: 0,
  servedAt: 0,
  epoch: -1,
  served: 0,
  turn: 0,
})
