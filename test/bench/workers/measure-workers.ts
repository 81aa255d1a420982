// Compares one process with several workers: CPU time for each unit of work, over all processes, and how evenly workers share it.
import { readdirSync, readFileSync } from 'node:fs'
import { sendCompletions, sendStreams } from '../load.ts'
import { cpuUs, type Measured } from '../processes.ts'

/** One kind of work. */
interface Work {
  readonly name: 'completion' | 'chunk'
  readonly units: number
  run(port: number): Promise<void>
}

export interface WorkerSubject {
  readonly name: string
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

const COMPLETIONS = { units: 4_000, parallel: 32 }
const STREAMS = { streams: 200, tokens: 60 }

export const workerLoads: readonly Work[] = [
  {
    name: 'completion',
    units: COMPLETIONS.units,
    run: (port) => sendCompletions(port, COMPLETIONS.units, COMPLETIONS.parallel),
  },
  {
    name: 'chunk',
    units: STREAMS.streams * STREAMS.tokens,
    run: (port) => sendStreams(port, STREAMS.streams, STREAMS.tokens),
  },
]

/** @returns the processes that this one has started. */
function childrenOf(pid: number): number[] {
  const isChild = (id: string): boolean => {
    try {
      // After the name, which may hold spaces: the state and the parent.
      return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1] === String(pid)
    } catch {
      // It has ended since it was listed.
      return false
    }
  }
  return readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id) && isChild(id))
    .map(Number)
}

const noFigures = (): WorkerFigures => ({ all: [], most: [], least: [], primary: [] })

/** Runs the subjects in turns, in every second round in the other order, after rounds that count for nothing. */
export async function measureWorkers(
  subjects: readonly WorkerSubject[],
  { units, run }: Work,
  { warmUp, rounds }: { readonly warmUp: number; readonly rounds: number },
): Promise<Map<string, WorkerFigures>> {
  const results = new Map(subjects.map(({ name }) => [name, noFigures()]))
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const { name, process } of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const workers = childrenOf(process.pid)
      const pids = [process.pid, ...workers]
      const before = pids.map(cpuUs)
      await run(process.port)
      const [primary = 0, ...used] = pids.map((pid, index) => (cpuUs(pid) - (before[index] ?? 0)) / units)
      const figures = results.get(name)
      if (round < 0 || figures === undefined) continue
      figures.all.push(used.reduce((sum, one) => sum + one, primary))
      figures.primary.push(primary)
      figures.most.push(Math.max(...used))
      figures.least.push(Math.min(...used))
    }
  }
  return results
}
