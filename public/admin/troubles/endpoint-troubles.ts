/** What is wrong with one endpoint: the most severe of what applies, since one cause shows in several figures. */
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import { count, percent, span } from '../../ui/format/figures.ts'
import { scopeWords } from '../endpoint-condition/cooldown-scope.ts'
import { endpointCondition } from '../endpoint-condition/endpoint-condition.ts'
import { longWaitMs } from '../endpoint-condition/waiting-words.ts'
import type { EndpointLive } from '../state/live/live-store.ts'
import type { Standing, Trouble } from './trouble.ts'

interface Found extends Pick<Trouble, 'severity' | 'words' | 'forMs' | 'actions'>, Ends {}

/** How it is known to be mended, and what is said where it is not. */
interface Ends extends Pick<Trouble, 'whenOver'>, Pick<Standing, 'provenBy'> {}

const setAsideEnds: Ends = {
  provenBy: 'response',
  whenOver: 'takes requests again; none has succeeded yet',
}
const waitEnds: Ends = {
  provenBy: 'first byte',
  whenOver: 'keeps no request waiting; no response has come since',
}
const checkEnds: Ends = { provenBy: 'health check', whenOver: 'is no longer checked' }
const failureEnds: Ends = {
  provenBy: 'response',
  whenOver: 'has no new failures; no request has succeeded since',
}

/** In the last ten seconds; one failed request is no trouble yet. */
const FEWEST_FAILURES = 2
const WINDOW_S = 10
const POOR_PERCENT = 95
const BAD_PERCENT = 80
const FEWEST_GIVE_UPS = 2
/** A wait is unusual beyond this many times what responses of the endpoint take. */
const USUAL_TIMES = 4

const because = (error: string | null): string => (error === null ? '' : `: ${error}`)

/** `3 waiting, oldest 38 s, 12 gave up`, without what is 0. */
function waitWords({ prefilling, oldest_wait_ms: oldestMs, give_ups: giveUps }: EndpointLive): string {
  return [
    ...(prefilling > 0 ? [`${count(prefilling)} waiting`] : []),
    ...(oldestMs === null ? [] : [`oldest ${span(oldestMs)}`]),
    ...(giveUps > 0 ? [`${count(giveUps)} gave up`] : []),
  ].join(', ')
}

const ageMs = ({ breaker_age_s: ageS }: EndpointLive): number | undefined =>
  ageS === null ? undefined : 1000 * ageS

/** What the breaker and the health check say. */
function setAsideTrouble(endpoint: EndpointView, live: EndpointLive): Found | undefined {
  const { condition } = endpointCondition(endpoint, live)
  const { cooldown_scope: scope, cooldown_remaining_s: leftS, last_error: error } = live
  const whom = scope === null ? '' : ` for ${scopeWords(scope)}`
  if (condition === 'probing' && live.hung) {
    const waits = waitWords(live)
    return {
      severity: 'bad',
      words: `gives no first byte${waits === '' ? '' : `: ${waits}`}`,
      ...waitEnds,
      forMs: ageMs(live),
      actions: ['set-aside', 'disable-and-end', 'open'],
    }
  }
  if (condition === 'cooling' || (condition === 'partly cooling' && leftS > 0))
    return {
      severity: 'warn',
      words: `cools down${whom}${because(error)}${error === null ? ':' : ','} ${span(1000 * Math.ceil(leftS))} left`,
      ...setAsideEnds,
      forMs: ageMs(live),
      actions: ['end-cooldown', 'set-aside', 'open'],
    }
  if (condition === 'probing' || condition === 'partly cooling')
    return {
      severity: 'warn',
      words: `takes one request${whom} at a time after its cooldown${because(error)}`,
      ...setAsideEnds,
      forMs: ageMs(live),
      actions: ['end-cooldown', 'set-aside', 'open'],
    }
  if (condition === 'unhealthy')
    return {
      severity: 'warn',
      words: `fails its health check${because(live.health_check_error)}`,
      ...checkEnds,
      forMs: undefined,
      actions: ['set-aside', 'disable-and-end', 'open'],
    }
  return undefined
}

/** What its figures say while it takes requests. */
function servingTrouble(live: EndpointLive): Found | undefined {
  const { success_percent: success, errors_per_second: errors, last_error: error, give_ups: giveUps } = live
  const actions = ['set-aside', 'open'] as const
  const failsOften = errors * WINDOW_S >= FEWEST_FAILURES || live.consecutive_failures >= FEWEST_FAILURES
  if (success !== null && success < POOR_PERCENT && failsOften)
    return {
      severity: success < BAD_PERCENT ? 'bad' : 'warn',
      words: `fails ${percent(Math.round(100 - success))} of its requests${because(error)}`,
      ...failureEnds,
      forMs: undefined,
      actions,
    }
  if (giveUps >= FEWEST_GIVE_UPS)
    return {
      severity: 'warn',
      words: `lets clients wait: ${waitWords(live)} in the last minute`,
      ...waitEnds,
      forMs: undefined,
      actions,
    }
  const waitMs = longWaitMs(live)
  if (waitMs !== undefined && waitMs > USUAL_TIMES * live.avg_latency_ms)
    return {
      severity: 'warn',
      words: `is slow to begin: ${waitWords(live)}`,
      ...waitEnds,
      forMs: waitMs,
      actions,
    }
  return undefined
}

/** @param hits - the names of the blocks that are wired to it. */
export function endpointTrouble(
  endpoint: EndpointView,
  live: EndpointLive | undefined,
  hits: readonly string[],
): Trouble | undefined {
  if (live === undefined || !endpoint.enabled || !endpoint.connected) return undefined
  const found = setAsideTrouble(endpoint, live) ?? servingTrouble(live)
  if (found === undefined) return undefined
  const { provenBy, ...said } = found
  const client = live.cooldown_scope?.client?.name
  return {
    ...said,
    standing: {
      provenBy,
      failures: live.total_failures,
      giveUps: live.give_ups,
      successes: live.total_success,
    },
    id: `endpoint-${endpoint.id}`,
    subject: endpoint.name,
    hits: client == null ? hits : [client],
    target: { kind: 'endpoint', id: endpoint.id },
  }
}
