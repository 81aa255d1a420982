// Measures processes that share a port: CPU time for each unit of work, over all of them, and how evenly they share it.
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'undici'
import { openPool, readStreams, sendAtOnce, sendPaced } from '../load.ts'
import { childrenOf, cpuUs, type Measured } from '../processes.ts'

/** One way of offering a kind of work. */
interface Offer {
  readonly offered: string
  units(processes: number): number
  run(pool: Pool, processes: number): Promise<void>
}

/** One kind of work. */
interface Work {
  readonly name: 'completion' | 'chunk'
  /** Of the simulated backend. */
  readonly tokensPerSecond: number
  readonly rounds: number
  /** Most connections for each process. They stay open from round to round: to open one is no part of the work. */
  readonly connections: number
  /** How often one process does it, in the last way, until its code is compiled. Several need as many times more. */
  readonly warmUp: number
  readonly ways: readonly [Offer, Offer]
}

export interface WorkerSubject {
  readonly name: string
  /** That serve. */
  readonly processes: number
  readonly process: Measured
}

export interface WorkerFigures {
  /** Microseconds a unit, of all processes together; by round. */
  readonly all: number[]
  /** Of the worker that had most, and of the one that had least. */
  readonly most: number[]
  readonly least: number[]
  /** Of the process that started the workers. */
  readonly primary: number[]
}

/** Workers tell the primary of a request within this time. */
const TOLD_MS = 100
const COMPLETIONS = { units: 4_000, parallel: 32 }
const PACED = { perSecond: 2_000, seconds: 2 }
const STREAMS = { streams: 150, tokens: 30 }

/**
 * Each in two ways. As much for each process: what is left are the messages between them, and the caches that they share. As much
 * for one process as for several: each of several has less to do, and finds fewer sockets ready when it looks.
 */
export const workerLoads: readonly Work[] = [
  {
    name: 'completion',
    tokensPerSecond: 0,
    rounds: 8,
    connections: COMPLETIONS.parallel,
    warmUp: 12,
    ways: [
      {
        offered: `${PACED.perSecond} a second for each process`,
        units: (processes) => PACED.perSecond * PACED.seconds * processes,
        run: (pool, processes) => sendPaced(pool, PACED.perSecond * processes, PACED.seconds),
      },
      {
        offered: `${COMPLETIONS.parallel} at a time`,
        units: () => COMPLETIONS.units,
        run: (pool) => sendAtOnce(pool, COMPLETIONS.units, COMPLETIONS.parallel),
      },
    ],
  },
  {
    name: 'chunk',
    tokensPerSecond: 20,
    rounds: 8,
    connections: STREAMS.streams,
    warmUp: 5,
    ways: [
      {
        offered: `${STREAMS.streams} streams for each process`,
        units: (processes) => STREAMS.streams * STREAMS.tokens * processes,
        run: (pool, processes) => readStreams(pool, STREAMS.streams * processes, STREAMS.tokens),
      },
      {
        offered: `${STREAMS.streams} streams`,
        units: () => STREAMS.streams * STREAMS.tokens,
        run: (pool) => readStreams(pool, STREAMS.streams, STREAMS.tokens),
      },
    ],
  },
]

const noFigures = (): WorkerFigures => ({ all: [], most: [], least: [], primary: [] })

interface Measurable extends WorkerSubject {
  readonly pool: Pool
}

async function warmUp({ pool, processes }: Measurable, { warmUp: times, ways }: Work): Promise<void> {
  for (let time = 0; time < times * processes; time += 1) await ways[1].run(pool, processes)
  // Opens what connections are left.
  await ways[0].run(pool, processes)
}

async function measureRound({ process, processes, pool }: Measurable, offer: Offer, figures: WorkerFigures) {
  const pids = [process.pid, ...childrenOf(process.pid)]
  const before = pids.map(cpuUs)
  await offer.run(pool, processes)
  await delay(TOLD_MS)
  const units = offer.units(processes)
  const [primary = 0, ...used] = pids.map((pid, index) => (cpuUs(pid) - (before[index] ?? 0)) / units)
  figures.all.push(used.reduce((sum, one) => sum + one, primary))
  figures.primary.push(primary)
  figures.most.push(Math.max(...used))
  figures.least.push(Math.min(...used))
}

/** Runs the subjects in turns, in every second round in the other order. @returns the figures of each way, by subject. */
export async function measureWorkers(
  subjects: readonly WorkerSubject[],
  work: Work,
): Promise<{ readonly offered: string; readonly figures: ReadonlyMap<string, WorkerFigures> }[]> {
  const measured = subjects.map((subject) => ({
    ...subject,
    pool: openPool(subject.process.port, work.connections * subject.processes),
  }))
  for (const subject of measured) await warmUp(subject, work)
  const results = []
  for (const offer of work.ways) {
    const figures = new Map(subjects.map(({ name }) => [name, noFigures()]))
    for (let round = 0; round < work.rounds; round += 1)
      for (const subject of round % 2 === 0 ? measured : measured.toReversed())
        await measureRound(subject, offer, figures.get(subject.name) ?? noFigures())
    results.push({ offered: offer.offered, figures })
  }
  for (const { pool } of measured) await pool.close()
  return results
}
