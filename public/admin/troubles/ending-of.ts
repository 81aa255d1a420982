/** What is told of a trouble that is no longer found: an endpoint is well again only where it has served since. */
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import type { NodeRef } from '../state/node-ref.ts'
import type { EndpointLive, LiveStore } from '../state/live/live-store.ts'
import type { TrackedTrouble } from './track-troubles.ts'
import type { Ending } from './trouble.ts'

interface EndingFacts {
  readonly state: StateView | undefined
  readonly live: Pick<LiveStore, 'get'>
}

const objectsOf = (state: StateView) => ({
  endpoint: state.endpoints,
  block: state.incoming_blocks,
  token: state.client_tokens,
})

const isDeleted = (state: StateView, { kind, id }: NodeRef): boolean =>
  !objectsOf(state)[kind].some((one) => one.id === id)

function isProven(
  { standing, mayBeOlder }: TrackedTrouble,
  endpoint: EndpointView,
  live: EndpointLive | undefined,
): boolean {
  if (standing === undefined || live === undefined) return false
  if (standing.provenBy === 'health check') return endpoint.health_check_path !== null
  if (live.total_success > standing.successes) return true
  if (standing.provenBy === 'first byte') return live.inflight > live.prefilling
  // It may have served between its last failure and the first look of this page.
  return mayBeOlder && live.consecutive_failures === 0 && (live.success_percent ?? 0) > 0
}

export function endingOf(trouble: TrackedTrouble, { state, live }: EndingFacts): Ending {
  const { target, standing, whenOver } = trouble
  if (state !== undefined && target !== undefined && isDeleted(state, target))
    return { tone: 'info', words: 'is deleted' }
  if (standing === undefined) return { tone: 'ok', words: whenOver }
  const endpoint = state?.endpoints.find(({ id }) => id === target?.id)
  if (endpoint === undefined) return { tone: 'warn', words: whenOver }
  if (!endpoint.enabled) return { tone: 'info', words: 'is disabled' }
  if (!endpoint.connected) return { tone: 'info', words: 'is wired to no incoming block' }
  return isProven(trouble, endpoint, live.get('endpoint', String(endpoint.id)))
    ? { tone: 'ok', words: 'is well again' }
    : { tone: 'warn', words: whenOver }
}
