import { expect, it } from 'vitest'
import { exposeWorkers } from '../../src/observability/worker-series.ts'

it('has the figures of each worker process, in the units of their names', () => {
  const worker = { pid: 7, inflight: 3, utilization_percent: 12.5, loop_delay_ms: 20.4, memory_bytes: 1_000 }
  const samples = exposeWorkers({
    configured: 2,
    running: [
      { ...worker, id: 1 },
      { ...worker, id: 4, inflight: 0 },
    ],
  })
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(samples).toEqual([
    'lb_workers_configured 2',
    'lb_workers 2',
    'lb_worker_inflight_requests{worker="1"} 3',
    'lb_worker_inflight_requests{worker="4"} 0',
    'lb_worker_event_loop_utilization_ratio{worker="1"} 0.125',
    'lb_worker_event_loop_utilization_ratio{worker="4"} 0.125',
    'lb_worker_event_loop_delay_seconds{worker="1"} 0.0204',
    'lb_worker_event_loop_delay_seconds{worker="4"} 0.0204',
    'lb_worker_resident_memory_bytes{worker="1"} 1000',
    'lb_worker_resident_memory_bytes{worker="4"} 1000',
  ])
})
