/** What is wrong with the balancer itself, or with the page's connection to it. */
import { count, span } from '../../ui/format/figures.ts'
import { isStale } from '../state/live/event-feed.ts'
import type { GatewayLive } from '../state/live/live-store.ts'
import type { Trouble } from './trouble.ts'

/** An event loop that is later than this serves no client for that time. */
const STANDSTILL_MS = 1_000

/** @param ageMs - of the last event; undefined before the first. */
export const connectionTroubles = (ageMs: number | undefined): Trouble[] =>
  ageMs === undefined || !isStale(ageMs)
    ? []
    : [
        {
          id: 'disconnected',
          severity: 'bad',
          subject: 'Live data',
          words: 'has stopped: figures and conditions are as they were then',
          whenOver: 'arrives again',
          forMs: ageMs,
          hits: [],
          target: undefined,
          actions: ['retry'],
        },
      ]

export function workerTroubles(stats: Pick<GatewayLive, 'workers'> | undefined): Trouble[] {
  if (!stats?.workers) return []
  const { configured, running } = stats.workers
  const ofWorkers = { forMs: undefined, hits: [], target: undefined, actions: [] } as const
  const missing: Trouble[] =
    running.length >= configured
      ? []
      : [
          {
            ...ofWorkers,
            id: 'workers',
            severity: running.length === 0 ? 'bad' : 'warn',
            subject: 'Workers',
            words: `${count(running.length)} of ${count(configured)} serve clients; those that ended are started again`,
            whenOver: 'all serve clients again',
          },
        ]
  const late = running.filter(({ loop_delay_ms: ms }) => ms >= STANDSTILL_MS)
  return [
    ...missing,
    ...late.map(({ id, loop_delay_ms: ms, utilization_percent: used }): Trouble => ({
      ...ofWorkers,
      id: `late/worker-${id}`,
      severity: 'warn',
      subject: `Worker ${id}`,
      words: `stands still for ${span(ms)} at a time, ${Math.round(used)} % busy: its clients wait`,
      whenOver: 'no longer stands still',
    })),
  ]
}
