/** The load engine: executes commands, runs cards and sends reports. */
import { createRunRegistry } from './runs/run-registry.ts'
import type { EngineTimer } from './platform/engine-timer.ts'
import type { Command, Report } from './protocol/messages.ts'
import { probeTarget } from './requests/probe-target.ts'
import { createDatasetLibrary } from './prompts/dataset-library.ts'
import { createTraceLibrary } from './traces/trace-library.ts'
import type { Transport } from './transport/transport.ts'

export interface EngineParts {
  readonly transport: Transport
  readonly timer: EngineTimer
  /** Numbers in [0, 1). */
  readonly random: () => number
  /** Share of the time since the last call in which the engine was busy, 0 to 1. */
  readonly busyShare: () => number
  readonly report: (report: Report) => void
}

export interface Engine {
  handle(command: Command): void
  /** Sends all requests that are due; must be called when the transport opens. */
  sendDue(): void
  /** While held, no snapshots are sent but those of a start or an end; the next one tells all that has changed. */
  hold(isHeld: boolean): void
  /** Stops all runs. */
  close(): void
}

export function createEngine(parts: EngineParts): Engine {
  const { transport, timer, report } = parts
  const traces = createTraceLibrary(report)
  const datasets = createDatasetLibrary(report)
  const runs = createRunRegistry({ ...parts, traces, datasets })

  return {
    handle(command) {
      switch (command.type) {
        case 'load_trace':
          return void traces.load(command)
        case 'load_dataset':
          return void datasets.load(command)
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
          return void probeTarget(transport, timer, command, (result) =>
            report({ type: 'probed', requestId: command.requestId, ...result }),
          )
        case 'collect':
          return report({ type: 'collected', requestId: command.requestId, run: runs.collect(command.name) })
        case 'read_log':
          return report({ type: 'log', requestId: command.requestId, entries: runs.log() })
      }
    },
    sendDue: runs.sendDue,
    hold: runs.hold,
    close: runs.close,
  }
}
