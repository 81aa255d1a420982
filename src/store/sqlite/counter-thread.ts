// The thread of counter-writer.ts: writes the counters it receives over its own connection.
import { parentPort, workerData } from 'node:worker_threads'
import type { StoredCounters } from '../../core/state/counters.ts'
import { writeCounters } from '../tables/counter-columns.ts'
import type { WriteReport } from './counter-writer.ts'
import { createQueryBuilder } from './query-builder.ts'
import { configureDatabase, openFile } from './sqlite.ts'

const database = openFile(workerData as string)
configureDatabase(database)
const db = createQueryBuilder(database)

async function write(counters: StoredCounters): Promise<WriteReport> {
  try {
    await db.transaction().execute((tx) => writeCounters(tx, counters))
    return {}
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (counters: StoredCounters) => {
  void write(counters).then((report) => parentPort?.postMessage(report))
})
