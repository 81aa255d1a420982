/** What is said of clients that wait for an endpoint's first byte, or have given up. */
import { count, duration, rate } from '../../ui/format/figures.ts'
import type { EndpointLive } from '../state/live/live-store.ts'

type Waiting = Pick<
  EndpointLive,
  'arrivals_per_second' | 'requests_per_second' | 'give_ups' | 'oldest_wait_ms'
>

/** A shorter wait is usual for some endpoints, as where responses are not streamed. */
const LONG_WAIT_MS = 5_000

/** The oldest wait where it is long. */
export const longWaitMs = ({ oldest_wait_ms: ms }: Pick<Waiting, 'oldest_wait_ms'>): number | undefined =>
  ms !== null && ms >= LONG_WAIT_MS ? ms : undefined

/** `14 gave up · oldest wait 12.00 s`; empty where there is nothing to say. */
export function waitingWords(live: Waiting | undefined): string {
  if (live === undefined) return ''
  const waitMs = longWaitMs(live)
  return [
    ...(live.give_ups > 0 ? [`${count(live.give_ups)} gave up`] : []),
    ...(waitMs === undefined ? [] : [`oldest wait ${duration(waitMs)}`]),
  ].join(' · ')
}

/** Whether requests arrive that clearly do not end. */
const arrivesFaster = ({
  arrivals_per_second: arriving,
  requests_per_second: ending,
}: Pick<Waiting, 'arrivals_per_second' | 'requests_per_second'>): boolean =>
  arriving >= 0.5 && arriving > 1.5 * ending

/** The requests that arrive and that end, in full. */
export const requestHint = (live: Waiting | undefined): string =>
  `${rate(live?.arrivals_per_second)} req/s arrive, ${rate(live?.requests_per_second)} req/s end`

/** `6.0 req/s`; before it the requests that arrive, where those that end are clearly fewer: `9.2 → 6.0 req/s`. */
export function requestWords(live: Waiting | undefined): string {
  const ended = `${rate(live?.requests_per_second)} req/s`
  if (live === undefined) return ended
  return arrivesFaster(live) ? `${rate(live.arrivals_per_second)} → ${ended}` : ended
}
