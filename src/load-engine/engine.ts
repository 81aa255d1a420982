/** The load engine: executes commands, runs cards and sends reports. */
import { createRunRegistry } from './runs/run-registry.ts'
import type { EngineTimer } from './platform/engine-timer.ts'
import type { Command, Report } from './protocol/messages.ts'
import { probeTarget } from './requests/probe-target.ts'
import { createFileLibrary } from './file-library.ts'
import { readDatasetFile } from './prompts/dataset.ts'
import { readTrace } from './traces/read-trace.ts'
import type { Transport } from './transport/transport.ts'

export interface EngineParts {
  readonly transport: Transport
  readonly timer: EngineTimer
  /** Numbers in [0, 1). */
  readonly random: () => number
  /** Share of the time since the last call in which the engine was busy, 0 to 1. */
  readonly busyShare: () => number
  /** Most cards that have figures at the same time; unlimited by default. */
  readonly maxCards?: number | undefined
  readonly report: (report: Report) => void
}

type CommandOf<Type extends Command['type']> = Extract<Command, { readonly type: Type }>

export interface Engine {
  handle(command: Command): void
  /** While held, no snapshots are sent but those of a start or an end; the next one tells all that has changed. */
  hold(isHeld: boolean): void
  /** Whether it has neither figures nor files, and no command is under way. */
  isIdle(): boolean
  /** Stops all runs. */
  close(): void
}

const MAX_TRACES = 20
const MAX_DATASETS = 5

export function createEngine(parts: EngineParts): Engine {
  const { transport, timer, report } = parts
  const traces = createFileLibrary(
    (file) => readTrace(file.stream().pipeThrough(new TextDecoderStream())),
    MAX_TRACES,
  )
  const datasets = createFileLibrary(readDatasetFile, MAX_DATASETS)
  const runs = createRunRegistry({ ...parts, maxCards: parts.maxCards ?? Infinity, traces, datasets })
  let probes = 0

  const loadTrace = async ({ requestId, traceId, file }: CommandOf<'load_trace'>): Promise<void> => {
    const loaded = await traces.load(traceId, file)
    const result = loaded.ok ? { ok: true as const, facts: loaded.content.facts } : loaded
    report({ type: 'trace_loaded', requestId, traceId, result })
  }
  const loadDataset = async ({ requestId, datasetId, file }: CommandOf<'load_dataset'>): Promise<void> => {
    const loaded = await datasets.load(datasetId, file)
    const result = loaded.ok
      ? { ok: true as const, conversations: loaded.content.conversations, turns: loaded.content.turns }
      : loaded
    report({ type: 'dataset_loaded', requestId, datasetId, result })
  }
  const probe = (command: CommandOf<'probe'>): void => {
    probes += 1
    probeTarget(transport, timer, command, (result) => {
      probes -= 1
      report({ type: 'probed', requestId: command.requestId, ...result })
    })
  }

  return {
    handle(command) {
      switch (command.type) {
        case 'load_trace':
          return void loadTrace(command)
        case 'load_dataset':
          return void loadDataset(command)
        case 'unload_files':
          traces.clear()
          return datasets.clear()
        case 'start':
          return runs.start(command.cardId, command.scenario)
        case 'stop':
          return runs.stop(command.cardId)
        case 'stop_all':
          return runs.stopAll()
        case 'update':
          return runs.update(command.cardId, command.scenario)
        case 'reset':
          return runs.remove(command.cardId)
        case 'probe':
          return probe(command)
        case 'collect':
          return report({ type: 'collected', requestId: command.requestId, run: runs.collect(command.name) })
        case 'read_log':
          return report({ type: 'log', requestId: command.requestId, entries: runs.log() })
      }
    },
    hold: runs.hold,
    isIdle: () => runs.isEmpty() && traces.isEmpty() && datasets.isEmpty() && probes === 0,
    close: runs.close,
  }
}
