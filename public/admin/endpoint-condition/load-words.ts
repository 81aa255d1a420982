/** What is said of the load that a backend tells: that of all its clients, not of this gateway's alone. */
import { count, percent, shortCount } from '../../ui/format/figures.ts'
import type { EndpointLive } from '../state/live/live-store.ts'

type Load = EndpointLive['load']

const ofAll = (part: number | null): number | null => part && 100 * part

/** `12 running · 3 waiting · cache 41 %`; empty where the backend tells nothing. */
export function loadWords(load: Load | undefined): string {
  if (!load) return ''
  return [
    `${shortCount(load.running)} running`,
    `${shortCount(load.waiting)} waiting`,
    ...(load.cache_use === null ? [] : [`cache ${percent(Math.round(100 * load.cache_use))}`]),
  ].join(' · ')
}

/** The same as figures with captions, and the part of prompt tokens that its prefix cache had. */
export function loadFigures(load: Load | undefined): (readonly [string, string])[] {
  if (!load) return []
  return [
    ['backend runs', count(load.running)],
    ['backend queue', count(load.waiting)],
    ['KV cache', percent(ofAll(load.cache_use))],
    ['prefix hits', percent(ofAll(load.hit_rate))],
  ]
}
