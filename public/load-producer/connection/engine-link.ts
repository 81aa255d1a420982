/** Sends commands to the load engine in the bridge, and receives its reports. */
import type { EngineCommand, EngineEvent, EngineMessage } from '../../../src/contract/load-engine.ts'
import type { Report } from '../../../src/load-engine/protocol/messages.ts'
import type { BridgeStatus } from './bridge-status.ts'
import { createEngineFiles, type LoadCommand } from './engine-files.ts'
import { createReconnectingSocket, type ReconnectingSocketParts } from './reconnecting-socket.ts'

type StartCommand = Extract<EngineCommand, { readonly type: 'start' }>

export interface EngineLink {
  /** Replaces the current connection, which ends its runs. */
  connect(url: string, token: string): void
  isOpen(): boolean
  /** A start waits for the connection and until the engine has read the files; other commands are dropped without a connection. */
  send(command: EngineCommand): void
  /** Sends a file and then its command, and both again before a start where the engine has not got them any more. */
  load(command: LoadCommand, file: Blob): void
}

interface EngineLinkParts extends Pick<
  ReconnectingSocketParts,
  'openSocket' | 'explainRefusal' | 'timer' | 'random'
> {
  readonly onStatus: (status: BridgeStatus) => void
  readonly onReport: (report: Report) => void
  /**
   * Called when the engine has ended with all its runs; a new one begins with the next command.
   * @param isFailure - whether the bridge has ended or refused it while the connection is open.
   */
  readonly onLost: (reason: string, isFailure: boolean) => void
}

function readEvent(data: unknown): EngineEvent<Report> | undefined {
  if (typeof data !== 'string') return undefined
  const event = JSON.parse(data) as { readonly type?: unknown }
  return event.type === 'engine' || event.type === 'engine_failed'
    ? (event as EngineEvent<Report>)
    : undefined
}

export function createEngineLink(parts: EngineLinkParts): EngineLink {
  const { onStatus, onReport, onLost } = parts
  const starts = new Map<string, StartCommand>()
  /** Cards of which the engine has figures, or will have once they are started. */
  const cards = new Set<string>()

  const isOpen = (): boolean => socket.status().state === 'open'
  const post = (message: EngineMessage): void => socket.send(JSON.stringify(message))
  /** A new engine gets the files before the cards that may use them. */
  const sendStarts = (): void => {
    if (!isOpen() || starts.size === 0 || !files.sendMissing()) return
    for (const command of starts.values()) post({ type: 'engine', command })
    starts.clear()
  }
  const files = createEngineFiles({
    timer: parts.timer,
    isOpen,
    post,
    bufferedAmount: () => socket.bufferedAmount(),
  })
  /** The bridge has few engines: files alone are not worth one. */
  const unloadUnused = (): void => {
    if (cards.size === 0) files.unload()
  }
  const receive = (report: Report): void => {
    onReport(report)
    if (report.type === 'refused') {
      if (!report.hasFigures && !starts.has(report.cardId)) cards.delete(report.cardId)
    } else if (report.type === 'trace_loaded' || report.type === 'dataset_loaded') {
      files.settle(report.requestId)
      sendStarts()
    } else return
    unloadUnused()
  }
  const lose = (reason: string, isFailure: boolean): void => {
    files.reset()
    // What waited for files is told to have ended too; what waits for a connection goes on waiting.
    if (isFailure) starts.clear()
    for (const cardId of cards) if (!starts.has(cardId)) cards.delete(cardId)
    onLost(reason, isFailure)
  }
  const socket = createReconnectingSocket({
    ...parts,
    onStatus(status) {
      onStatus(status)
      if (status.state === 'open') sendStarts()
    },
    onMessage(data) {
      const event = readEvent(data)
      if (event?.type === 'engine') receive(event.report)
      else if (event) lose(event.error, true)
    },
    onDisconnect: (reason) => lose(reason, false),
  })

  return {
    connect(url, token) {
      lose('The connection to the bridge was changed', false)
      socket.connect(url, token)
    },
    isOpen,
    send(command) {
      if (command.type === 'stop_all') starts.clear()
      if (command.type === 'stop' || command.type === 'reset') starts.delete(command.cardId)
      if (command.type === 'start') {
        starts.set(command.cardId, command)
        cards.add(command.cardId)
        sendStarts()
      } else if (isOpen()) post({ type: 'engine', command })
      if (command.type !== 'reset') return
      cards.delete(command.cardId)
      if (isOpen()) unloadUnused()
    },
    load: files.add,
  }
}
