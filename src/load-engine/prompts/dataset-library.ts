/** Keeps the datasets that the page has loaded, by the ids that the page chose. */
import type { Command, Report } from '../protocol/messages.ts'
import { readDataset, type Dataset, type DatasetResult } from './dataset.ts'

const MAX_DATASETS = 5
const MAX_DATASET_BYTES = 64 * 1024 * 1024

export interface DatasetLibrary {
  get(id: string): Dataset | undefined
  /** Reads a file and reports `dataset_loaded`. Removes the oldest dataset when there are more than five. */
  load(command: Extract<Command, { type: 'load_dataset' }>): Promise<void>
}

async function read(file: Blob): Promise<DatasetResult> {
  // Checked before the file is read into memory.
  if (file.size > MAX_DATASET_BYTES)
    return { ok: false, error: 'The file is too large: it takes at most 64 MiB' }
  return readDataset(await file.text())
}

export function createDatasetLibrary(report: (report: Report) => void): DatasetLibrary {
  const datasets = new Map<string, Dataset>()
  return {
    get: (id) => datasets.get(id),
    async load({ requestId, datasetId, file }) {
      const result = await read(file)
      if (result.ok) {
        datasets.set(datasetId, result.dataset)
        const [oldest] = datasets.keys()
        if (datasets.size > MAX_DATASETS && oldest !== undefined) datasets.delete(oldest)
      }
      report({
        type: 'dataset_loaded',
        requestId,
        datasetId,
        result: result.ok
          ? { ok: true, conversations: result.dataset.conversations, turns: result.dataset.turns }
          : result,
      })
    },
  }
}
