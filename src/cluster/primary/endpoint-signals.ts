// Tells workers what is known of an endpoint beyond what each of them sees: its breaker, its models, its load.
import type { Clock } from '../../core/clock.ts'
import type { RecentSuccess } from '../../core/lease/recent-success.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import type { EndpointSignal } from '../messages.ts'

export interface EndpointSignals {
  /**
   * @param isUrgent - whether only what must be known at once is told.
   * @returns what has changed since it was told last; undefined for nothing.
   */
  changesOf(endpoint: EndpointRuntime, isUrgent: boolean): EndpointSignal | undefined
  /** @returns all that is known, for a worker that knows nothing of the endpoint. */
  all(endpoint: EndpointRuntime): EndpointSignal
}

/** What a signal depends on, to be compared. */
type Facts = Readonly<Record<Exclude<keyof EndpointSignal, 'id'>, unknown>>

/** What a worker takes for granted. */
const NOTHING: Facts = {
  trip: null,
  hang: null,
  failures: '0',
  successes: '-Infinity undefined -Infinity undefined -Infinity',
  unhealthy: false,
  list: undefined,
  load: null,
  asksLoadHeader: false,
}

/** As text: the same number of failures may have another evidence. */
const failureFact = ({ counters: { consecutiveFailures }, evidence }: EndpointRuntime): string =>
  consecutiveFailures === 0 ? '0' : `${consecutiveFailures} ${JSON.stringify(evidence)}`

const successFact = ({ atMs, client, otherClientMs, model, otherModelMs }: RecentSuccess): string =>
  `${atMs} ${client} ${otherClientMs} ${model} ${otherModelMs}`

const agoMs = (atMs: number, nowMs: number): number | null => (atMs === -Infinity ? null : nowMs - atMs)

/** One by one: that of successes takes longer than all others, and is not always asked for. */
const factOf: { readonly [Name in keyof Facts]: (endpoint: EndpointRuntime) => unknown } = {
  trip: ({ tripped }) => tripped,
  hang: ({ watch: { hang } }) => hang && `${hang.nextProbeMs} ${hang.failedProbes}`,
  failures: failureFact,
  successes: ({ successes }) => successFact(successes),
  unhealthy: ({ unhealthy }) => unhealthy,
  list: ({ list }) => list,
  load: ({ load }) => load,
  asksLoadHeader: ({ asksLoadHeader }) => asksLoadHeader,
}

export function createEndpointSignals(clock: Clock): EndpointSignals {
  const sent = new Map<number, Facts>()

  const readers: {
    [Name in keyof Facts]: (endpoint: EndpointRuntime, nowMs: number) => EndpointSignal[Name]
  } = {
    trip: ({ tripped }, nowMs) =>
      tripped && {
        remainingMs: tripped.untilMs - nowMs,
        cooldownMs: tripped.cooldownMs,
        scope: tripped.scope,
        isForEveryone: tripped.isForEveryone,
      },
    hang: ({ watch: { hang } }, nowMs) =>
      hang && { nextProbeInMs: hang.nextProbeMs - nowMs, failedProbes: hang.failedProbes },
    failures: ({ counters, evidence }) => ({ count: counters.consecutiveFailures, evidence }),
    successes: ({ successes: { atMs, client, otherClientMs, model, otherModelMs } }, nowMs) => ({
      agoMs: agoMs(atMs, nowMs),
      client,
      otherClientAgoMs: agoMs(otherClientMs, nowMs),
      model,
      otherModelAgoMs: agoMs(otherModelMs, nowMs),
    }),
    unhealthy: ({ unhealthy }) => unhealthy,
    list: ({ list }) => list ?? null,
    load: ({ load }, nowMs) => load && { ...load, agoMs: nowMs - load.atMs },
    asksLoadHeader: (endpoint) => endpoint.asksLoadHeader,
  }
  const names = Object.keys(readers) as (keyof Facts)[]
  const urgentNames = ['trip', 'hang', 'failures', 'unhealthy', 'list'] as const

  const read = (endpoint: EndpointRuntime, changed: readonly (keyof Facts)[]): EndpointSignal => {
    const nowMs = clock()
    return {
      id: endpoint.config.id,
      ...Object.fromEntries(changed.map((name) => [name, readers[name](endpoint, nowMs)])),
    }
  }

  return {
    changesOf(endpoint, isUrgent) {
      const { id } = endpoint.config
      const before = sent.get(id) ?? NOTHING
      const changed = (isUrgent ? urgentNames : names).filter(
        (name) => factOf[name](endpoint) !== before[name],
      )
      if (changed.length === 0) return undefined
      // A worker that has not heard of a success in between may have opened its breaker by itself.
      if (changed.includes('failures') && endpoint.tripped === null && !changed.includes('trip'))
        changed.push('trip')
      // It ends a run of failures, and is what a worker compares further ones with.
      if (changed.includes('failures') && !changed.includes('successes')) changed.push('successes')
      const told = Object.fromEntries(changed.map((name) => [name, factOf[name](endpoint)]))
      sent.set(id, { ...before, ...told })
      return read(endpoint, changed)
    },
    all: (endpoint) => read(endpoint, names),
  }
}
