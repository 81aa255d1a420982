/** Runs an engine on a thread of its own, so that neither its load nor its parsing delays the event loop that starts it. */
import { Worker } from 'node:worker_threads'
import type { Command } from '../protocol/messages.ts'
import { toCallError } from '../transport/call-error.ts'
import { NO_FIGURES, type TransportFigures } from '../transport/http-transport.ts'
import type { Target } from '../transport/target.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

export interface EngineThreadOptions extends ThreadData {
  /** Rejects with a CallError `refused_target`, or with an error of the name's lookup. */
  readonly resolveTarget: (url: URL) => Promise<Target>
  /** @param json - a `Report`. */
  readonly onReport: (json: string) => void
  /** Called after a command or report when the engine has neither figures nor files and nothing to do, also not on its way. */
  readonly onIdle: () => void
  /** Called once when the thread ends without being asked to. */
  readonly onFailure: (error: Error) => void
}

export interface EngineThread {
  handle(command: Command): void
  /** @see Engine.hold */
  hold(isHeld: boolean): void
  /** As of the last quarter of a second. */
  figures(): TransportFigures
  /** Ends all runs and calls at once; resolves when the thread has ended. */
  close(): Promise<void>
}

// Has the same extension as this file: .ts from src, .js from dist.
const script = new URL(import.meta.url.replace(/engine-thread(\.\w+)$/, 'run-engine-thread$1'))
/** Far more than the largest plan with its files takes; a plan that takes more ends its own engine, not the process. */
const MAX_HEAP_MB = 2_048

export function createEngineThread(options: EngineThreadOptions): EngineThread {
  const { resolveTarget, onReport, onIdle, onFailure } = options
  const { maxConcurrent, timeoutMs, maxCards = Infinity } = options
  const workerData: ThreadData = { maxConcurrent, timeoutMs, maxCards }
  const worker = new Worker(script, {
    workerData,
    name: 'load-engine',
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: 64 },
  })
  let figures = NO_FIGURES
  let sent = 0
  let failure = new Error('the thread of the load engine ended')
  let isClosed = false
  const post = (message: ToThread): void => worker.postMessage(message)

  const resolve = async (id: number, url: string): Promise<void> => {
    try {
      post({ type: 'target', id, target: await resolveTarget(new URL(url)) })
    } catch (error) {
      const { code, message } = toCallError(error)
      post({ type: 'refused', id, code, message })
    }
  }
  worker.on('message', (message: FromThread) => {
    if (isClosed) return
    if (message.type === 'report') onReport(message.json)
    else if (message.type === 'resolve') void resolve(message.id, message.url)
    else {
      figures = message.figures
      if (message.isIdle && message.handled === sent) onIdle()
    }
  })
  worker.on('error', (error) => (failure = error instanceof Error ? error : failure))
  worker.once('exit', () => {
    if (!isClosed) onFailure(failure)
  })

  return {
    handle(command) {
      sent += 1
      post({ type: 'command', command })
    },
    hold: (isHeld) => post({ type: 'hold', isHeld }),
    figures: () => figures,
    async close() {
      isClosed = true
      figures = { ...figures, running: 0, waiting: 0 }
      await worker.terminate()
    },
  }
}
