// What a worker that does nothing takes of memory, its part of what is shared included.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { SLOW_MS } from '../../support/daemon-process.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers } from './worker-daemon.ts'
import { workerPids } from './worker-processes.ts'

const MOST_MIB = 70

const proportionalMib = (pid: number): number =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? NaN) / 1024

it('an idle worker takes less than 70 MiB', { timeout: SLOW_MS }, async () => {
  const daemon = await startWorkers(3, [await startReferee()])
  const pids = workerPids(daemon)
  expect(pids).toHaveLength(3)
  for (const pid of pids) expect(proportionalMib(pid)).toBeLessThan(MOST_MIB)
})
