// The metrics of worker processes in Prometheus' text format.
import type { LiveView } from '../contract/traffic/live.ts'
import { renderLabels } from './histogram.ts'

export type LiveWorkers = NonNullable<LiveView['stats']['workers']>
type LiveWorker = LiveWorkers['running'][number]

interface Family {
  readonly name: string
  readonly help: string
  value(worker: LiveWorker): number
}

const families: readonly Family[] = [
  {
    name: 'lb_worker_inflight_requests',
    help: 'Requests of the worker that endpoints serve.',
    value: ({ inflight }) => inflight,
  },
  {
    name: 'lb_worker_event_loop_utilization_ratio',
    help: "The part of the time in which the worker's event loop was busy.",
    value: (worker) => worker.utilization_percent / 100,
  },
  {
    name: 'lb_worker_event_loop_delay_seconds',
    help: "The longest delay of the worker's event loop in the last quarter of a second.",
    value: (worker) => Math.round(worker.loop_delay_ms * 10) / 10_000,
  },
  {
    name: 'lb_worker_resident_memory_bytes',
    help: 'Resident memory of the worker.',
    value: (worker) => worker.memory_bytes,
  },
]

const head = (name: string, help: string): string => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`

export function exposeWorkers({ configured, running }: LiveWorkers): string {
  const count =
    `${head('lb_workers_configured', 'Worker processes that there should be.')}lb_workers_configured ${configured}\n\n` +
    `${head('lb_workers', 'Worker processes that serve.')}lb_workers ${running.length}\n\n`
  const series = families.map(({ name, help, value }) => {
    const samples = running.map(
      (worker) => `${name}{${renderLabels({ worker: String(worker.id) })}} ${value(worker)}\n`,
    )
    return `${head(name, help)}${samples.join('')}\n`
  })
  return count + series.join('')
}
