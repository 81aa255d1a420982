// Finds the candidate sets of waiting requests by an endpoint that belongs to them.
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'

/** What decides over the candidates of a request. */
export interface CandidateSet {
  readonly request: RoutingRequest
  /** Endpoints that have failed the request already. */
  readonly tried: readonly EndpointRuntime[]
}

interface CandidateIndex<S extends CandidateSet> {
  add(set: S): void
  delete(set: S): void
  clear(): void
  /** @param isWired - whether the endpoint is wired to the request's block and serves its model. */
  setsWith(endpoint: EndpointRuntime, isWired: (request: RoutingRequest) => boolean): S[]
}

/** Its cost grows with the number of sets that are without preference or prefer the endpoint, not with that of endpoints, clients or requests. */
export function createCandidateIndex<S extends CandidateSet>(): CandidateIndex<S> {
  /** Sets by block, then by preferred endpoint; null for requests without. */
  const blocks = new Map<number, Map<number | null, Set<S>>>()

  const preferenceOf = ({ request }: S): number | null => request.token?.preferredEndpointId ?? null

  return {
    add(set) {
      const { blockId } = set.request
      const byPreference = blocks.get(blockId) ?? new Map<number | null, Set<S>>()
      blocks.set(blockId, byPreference)
      const sets = byPreference.get(preferenceOf(set)) ?? new Set<S>()
      byPreference.set(preferenceOf(set), sets.add(set))
    },
    delete(set) {
      const byPreference = blocks.get(set.request.blockId)
      const sets = byPreference?.get(preferenceOf(set))
      sets?.delete(set)
      if (sets?.size === 0) byPreference?.delete(preferenceOf(set))
      if (byPreference?.size === 0) blocks.delete(set.request.blockId)
    },
    clear: () => blocks.clear(),
    setsWith(endpoint, isWired) {
      const found: S[] = []
      for (const byPreference of blocks.values())
        for (const preference of [null, endpoint.config.id])
          for (const set of byPreference.get(preference) ?? [])
            if (!set.tried.includes(endpoint) && isWired(set.request)) found.push(set)
      return found
    },
  }
}
