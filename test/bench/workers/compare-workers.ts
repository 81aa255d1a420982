// Compares the balancer as one process with several workers, beside floors of as many processes: what several processes cost any
// proxy of Node.js on this machine, and what the balancer's own messages add.
import { cpus } from 'node:os'
import { join } from 'node:path'
import { startDaemon, startFloor, startSimulator, wire } from '../subjects.ts'
import { measureWorkers, workerLoads, type WorkerFigures, type WorkerSubject } from './measure-workers.ts'

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN

const workersOf = (count: number): string => `${count} worker${count === 1 ? '' : 's'}`
const floorOf = (count: number): string => (count === 1 ? 'floor' : `floor of ${count}`)

/** @param otherDist - the build folder of another version, which then runs beside this one. */
async function startSubjects(
  folder: string,
  counts: readonly number[],
  tokensPerSecond: number,
  otherDist: string | undefined,
) {
  const simulator = await startSimulator(tokensPerSecond)
  const subjects: WorkerSubject[] = []
  const add = async (name: string, count: number, script?: string): Promise<void> => {
    const database = `${name}-${tokensPerSecond}.db`
    const process = await startDaemon(folder, database, script, { LB_WORKERS: String(count) })
    await wire(process.port, simulator.port)
    subjects.push({ name, processes: count, process })
  }
  for (const count of counts) {
    const process = await startFloor(simulator.port, 1, count)
    subjects.push({ name: floorOf(count), processes: count, process })
    await add(workersOf(count), count)
    if (otherDist !== undefined)
      await add(`${workersOf(count)}, other`, count, join(otherDist, 'load-balancer.js'))
  }
  return {
    subjects,
    stop: async () =>
      void (await Promise.all(
        [...subjects.map(({ process }) => process), simulator].map((one) => one.stop()),
      )),
  }
}

/** @param base - of the same rounds. */
function line(name: string, { all, primary, least, most }: WorkerFigures, base: WorkerFigures): string {
  const ratio = median(all.map((value, round) => value / (base.all[round] ?? NaN)))
  const parts = [primary, least, most].map((values) => median(values).toFixed(1).padStart(6))
  const split = Number.isFinite(most[0] ?? NaN)
    ? `   primary, least and most of a worker ${parts.join()}`
    : ''
  return `${name.padEnd(18)} ${Math.min(...all)
    .toFixed(1)
    .padStart(7)} us   ${ratio.toFixed(2)} x one${split}`
}

export async function compareWorkers(
  folder: string,
  otherDist?: string,
  loads: readonly string[] = workerLoads.map(({ name }) => name),
): Promise<void> {
  const counts = [...new Set([1, 2, Math.max(2, cpus().length - 2)])]
  for (const load of workerLoads.filter(({ name }) => loads.includes(name))) {
    const { subjects, stop } = await startSubjects(folder, counts, load.tokensPerSecond, otherDist)
    const results = await measureWorkers(subjects, load)
    await stop()
    for (const { offered, figures } of results) {
      process.stdout.write(
        `\nCPU per ${load.name}, all processes together, and to one process of the same: ${offered}\n`,
      )
      for (const [name, each] of figures) {
        const isOther = name.endsWith(', other')
        const one = name.startsWith('floor') ? 'floor' : workersOf(1) + (isOther ? ', other' : '')
        process.stdout.write(`  ${line(name, each, figures.get(one) ?? each)}\n`)
      }
    }
  }
}
