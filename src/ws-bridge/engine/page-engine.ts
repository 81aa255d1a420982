// The load engine of one page: a command begins it; it ends when it is idle, or with the page's socket and all its runs.
import {
  ENGINE_FILE_TOO_LARGE,
  MAX_ENGINE_CARDS,
  MAX_ENGINE_FILE_BYTES,
  type EngineCommand,
  type EngineFailure,
  type EngineMessage,
} from '../../contract/load-engine.ts'
import type { Command, Report } from '../../load-engine/protocol/messages.ts'
import { createEngineThread, type EngineThread } from '../../load-engine/thread/engine-thread.ts'
import { NO_FIGURES } from '../../load-engine/transport/http-transport.ts'
import type { Target } from '../../load-engine/transport/target.ts'
import type { EventSender } from '../calls/event-sender.ts'
import type { EnginePlaces } from './engine-places.ts'
import { createFileParts } from './file-parts.ts'

export interface PageEngineParts {
  /** Rejects with a CallError `refused_target`, or with an error of the name's lookup. */
  readonly resolveTarget: (url: URL) => Promise<Target>
  /** Most calls of one engine that run at once. */
  readonly maxConcurrent: number
  readonly timeoutMs: number
  readonly places: EnginePlaces
  readonly isDraining: () => boolean
}

export interface PageEngine {
  handle(message: EngineMessage): void
  /** Ends all runs and their calls. @param reason - for the page, one sentence. */
  close(reason: string): void
}

export function createPageEngine(
  sender: Pick<EventSender, 'sendText' | 'isFull' | 'onceDrained'>,
  parts: PageEngineParts,
): PageEngine {
  const files = createFileParts(MAX_ENGINE_FILE_BYTES)
  let thread: EngineThread | undefined
  let leavePlace: (() => void) | undefined

  const tell = (message: EngineFailure | { readonly type: 'engine'; readonly report: Report }): void =>
    sender.sendText(JSON.stringify(message))
  /** Makes the place free for another page. */
  const leave = (): void => {
    const ended = thread
    leavePlace?.()
    thread = leavePlace = undefined
    void ended?.close()
  }
  const end = (error: string): void => {
    leave()
    tell({ type: 'engine_failed', error })
  }
  /** A page that reads slowly gets fewer snapshots; none is lost, since each tells what has changed. */
  const onReport = (json: string): void => {
    sender.sendText(`{"type":"engine","report":${json}}`)
    if (!sender.isFull()) return
    thread?.hold(true)
    sender.onceDrained(() => thread?.hold(false))
  }
  const start = (): EngineThread | undefined => {
    if (parts.isDraining()) return void end('the bridge is shutting down')
    let started: EngineThread | undefined
    leavePlace = parts.places.enter(() => started?.figures() ?? NO_FIGURES)
    if (leavePlace === undefined) return void end('the bridge runs load for as many pages as it may')
    return (started = createEngineThread({
      ...parts,
      maxCards: MAX_ENGINE_CARDS,
      onReport,
      onIdle: leave,
      onFailure: ({ message }) => end(`the load engine has ended: ${message}`),
    }))
  }
  const load = (command: Extract<EngineCommand, { file: string }>): Command | undefined => {
    const file = files.take(command.file)
    if (file) return { ...command, file }
    const { requestId } = command
    const result = { ok: false, error: ENGINE_FILE_TOO_LARGE } as const
    tell({
      type: 'engine',
      report:
        command.type === 'load_trace'
          ? { type: 'trace_loaded', requestId, traceId: command.traceId, result }
          : { type: 'dataset_loaded', requestId, datasetId: command.datasetId, result },
    })
    return undefined
  }

  return {
    handle(message) {
      if (message.type === 'engine_file') return files.add(message.file, message.text)
      const command = 'file' in message.command ? load(message.command) : message.command
      if (command === undefined) return
      thread ??= start()
      thread?.handle(command)
    },
    close(reason) {
      if (thread) end(reason)
    },
  }
}
