// Measures processes that share a port: CPU time for each unit of work, over all of them, and how evenly they share it.
import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'undici'
import { openPool, readStreams, sendCompletions, sendPaced } from '../load.ts'
import { childrenOf, cpuUs, type Measured } from '../processes.ts'

interface Client {
  readonly port: number
  /** Connections for as many streams as it ever reads, kept from round to round: to open one is no part of a chunk. */
  readonly pool: Pool
}

/** One way of offering a kind of work. */
interface Offer {
  readonly offered: string
  units(processes: number): number
  run(client: Client, processes: number): Promise<void>
}

/** One kind of work. */
interface Work {
  readonly name: 'completion' | 'chunk'
  /** Of the simulated backend. */
  readonly tokensPerSecond: number
  readonly rounds: number
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
const PACED = { perSecond: 2_000, seconds: 1, connections: 16 }
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
    warmUp: 12,
    ways: [
      {
        offered: `${PACED.perSecond} a second for each process`,
        units: (processes) => PACED.perSecond * PACED.seconds * processes,
        run: ({ port }, processes) =>
          sendPaced(port, PACED.perSecond * processes, PACED.seconds, PACED.connections * processes),
      },
      {
        offered: `${COMPLETIONS.parallel} at a time`,
        units: () => COMPLETIONS.units,
        run: ({ port }) => sendCompletions(port, COMPLETIONS.units, COMPLETIONS.parallel),
      },
    ],
  },
  {
    name: 'chunk',
    tokensPerSecond: 20,
    rounds: 8,
    warmUp: 5,
    ways: [
      {
        offered: `${STREAMS.streams} streams for each process`,
        units: (processes) => STREAMS.streams * STREAMS.tokens * processes,
        run: ({ pool }, processes) => readStreams(pool, STREAMS.streams * processes, STREAMS.tokens),
      },
      {
        offered: `${STREAMS.streams} streams`,
        units: () => STREAMS.streams * STREAMS.tokens,
        run: ({ pool }) => readStreams(pool, STREAMS.streams, STREAMS.tokens),
      },
    ],
  },
]

const noFigures = (): WorkerFigures => ({ all: [], most: [], least: [], primary: [] })

interface Measurable extends WorkerSubject {
  readonly client: Client
}

const withClient = (subject: WorkerSubject): Measurable => {
  const { port } = subject.process
  return { ...subject, client: { port, pool: openPool(port, STREAMS.streams * subject.processes) } }
}

async function warmUp({ client, processes }: Measurable, { warmUp: times, ways }: Work): Promise<void> {
  for (let time = 0; time < times * processes; time += 1) await ways[1].run(client, processes)
  // Opens what connections are left.
  await ways[0].run(client, processes)
}

async function measureRound(
  { process, processes, client }: Measurable,
  offer: Offer,
  figures: WorkerFigures,
) {
  const pids = [process.pid, ...childrenOf(process.pid)]
  const before = pids.map(cpuUs)
  await offer.run(client, processes)
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
  const measured = subjects.map(withClient)
  for (const subject of measured) await warmUp(subject, work)
  const results = []
  for (const offer of work.ways) {
    const figures = new Map(subjects.map(({ name }) => [name, noFigures()]))
    for (let round = 0; round < work.rounds; round += 1)
      for (const subject of round % 2 === 0 ? measured : measured.toReversed())
        await measureRound(subject, offer, figures.get(subject.name) ?? noFigures())
    results.push({ offered: offer.offered, figures })
  }
  for (const { client } of measured) await client.pool.close()
  return results
}
