/** The load engine: executes commands of the page, runs its cards and sends reports. */
import { createBridgeClient } from './bridge/bridge-client.ts'
import { createRunRegistry } from './runs/run-registry.ts'
import type { EngineTimer } from './platform/engine-timer.ts'
import type { Command, Report } from './protocol/messages.ts'
import { probeTarget } from './requests/probe-target.ts'
import type { OpenSocket } from './bridge/reconnecting-socket.ts'
import { createDatasetLibrary } from './prompts/dataset-library.ts'
import { createTraceLibrary } from './traces/trace-library.ts'

export interface EngineParts {
  readonly openSocket: OpenSocket
  readonly explainRefusal: (url: string) => Promise<string | undefined>
  readonly timer: EngineTimer
  /** Numbers in [0, 1). */
  readonly random: () => number
  readonly report: (report: Report) => void
}

export interface Engine {
  handle(command: Command): void
  /** Stops all runs and closes the connection to the bridge. */
  close(): void
}

export function createEngine(parts: EngineParts): Engine {
  const { timer, report } = parts
  const traces = createTraceLibrary(report)
  const datasets = createDatasetLibrary(report)
  const bridge = createBridgeClient({
    ...parts,
    onStatus(status) {
      report({ type: 'bridge', bridge: status })
      if (status.state === 'open') runs.sendDue()
    },
  })
  const runs = createRunRegistry({ ...parts, bridge, traces, datasets })

  return {
    handle(command) {
      switch (command.type) {
        case 'connect':
          return bridge.connect(command.url, command.token)
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
          return void probeTarget(bridge, timer, command, (result) =>
            report({ type: 'probed', requestId: command.requestId, ...result }),
          )
        case 'collect':
          return report({ type: 'collected', requestId: command.requestId, run: runs.collect(command.name) })
        case 'read_log':
          return report({ type: 'log', requestId: command.requestId, entries: runs.log() })
      }
    },
    close() {
      runs.close()
      bridge.close()
    },
  }
}
