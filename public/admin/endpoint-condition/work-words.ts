/** What is said of the prompts that an endpoint has before it: how many were cached, wait, and are read in a second. */
import { count, duration, percent, roughCount, shortCount } from '../../ui/format/figures.ts'
import type { EndpointLive } from '../state/live/live-store.ts'

type Work = Pick<
  EndpointLive,
  'cached_percent' | 'prefilling' | 'expected_wait_ms' | 'prefill_tokens_per_second'
>

/** A few words, and the same in full; undefined where nothing is known. */
type Words = readonly [string, string] | undefined

/** `hit 66 %`; rounded down, so that 100 % is all of them. */
export const hitWords = (cached: number | null | undefined): Words =>
  cached == null
    ? undefined
    : [
        `hit ${percent(Math.floor(cached))}`,
        `${percent(cached)} of the prompt tokens of the last minute came from the backend's cache`,
      ]

/** `queue 3`. */
export function queueWords(live: Work | undefined): Words {
  if (live === undefined || live.prefilling === 0) return undefined
  const wait =
    live.expected_wait_ms === null ? '' : `; another one would wait ${duration(live.expected_wait_ms)}`
  return [`queue ${shortCount(live.prefilling)}`, `${count(live.prefilling)} without a first token${wait}`]
}

/** `reads 9.4K`, under the tokens a second that it writes. */
export const speedWords = (live: Work | undefined): Words =>
  live?.prefill_tokens_per_second == null
    ? undefined
    : [
        `reads ${roughCount(live.prefill_tokens_per_second)}`,
        `reads ${count(live.prefill_tokens_per_second)} uncached prompt tokens a second`,
      ]

/** The same as figures with captions. */
export const workFigures = (live: Work | undefined): (readonly [string, string])[] => [
  ['hit rate', percent(live?.cached_percent)],
  ['queue', count(live?.prefilling)],
  ['expected wait', duration(live?.expected_wait_ms)],
  ['reads tok/s', count(live?.prefill_tokens_per_second)],
]
