/** Sends commands to the load engine in the bridge, and receives its reports. */
import type { EngineCommand, EngineEvent, EngineMessage } from '../../../src/contract/load-engine.ts'
import type { Report } from '../../../src/load-engine/protocol/messages.ts'
import type { BridgeStatus } from './bridge-status.ts'
import { createReconnectingSocket, type ReconnectingSocketParts } from './reconnecting-socket.ts'

type LoadCommand = Extract<EngineCommand, { readonly file: string }>

interface LoadedFile {
  readonly command: LoadCommand
  readonly file: Blob
  isSent: boolean
}

export interface EngineLink {
  /** Replaces the current connection, which ends its runs. */
  connect(url: string, token: string): void
  isOpen(): boolean
  /** A start waits for the connection and for files that are on their way; other commands are dropped without a connection. */
  send(command: EngineCommand): void
  /** Sends a file and then its command, and both again to a later engine. */
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

const PART_CHARACTERS = 1_000_000
const FULL_BYTES = 4 * 1024 * 1024
const FULL_PAUSE_MS = 20

/** Reads through a reader, because older Safari versions cannot iterate a stream with `for await`. */
async function* readText(file: Blob): AsyncGenerator<string> {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader()
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
    for (let at = 0; at < chunk.value.length; at += PART_CHARACTERS)
      yield chunk.value.slice(at, at + PART_CHARACTERS)
}

function readEvent(data: unknown): EngineEvent<Report> | undefined {
  if (typeof data !== 'string') return undefined
  const event = JSON.parse(data) as { readonly type?: unknown }
  return event.type === 'engine' || event.type === 'engine_failed'
    ? (event as EngineEvent<Report>)
    : undefined
}

export function createEngineLink(parts: EngineLinkParts): EngineLink {
  const { timer, onStatus, onReport, onLost } = parts
  const starts = new Map<string, EngineCommand>()
  const files = new Map<string, LoadedFile>()
  let uploads = 0
  /** Counts engines, so that an upload ends with its own. */
  let engine = 0

  const isOpen = (): boolean => socket.status().state === 'open'
  const post = (message: EngineMessage): void => socket.send(JSON.stringify(message))
  const upload = async (loaded: LoadedFile): Promise<void> => {
    const { command, file } = loaded
    const own = engine
    const isCurrent = (): boolean => own === engine && isOpen()
    loaded.isSent = true
    uploads += 1
    for await (const text of readText(file)) {
      while (isCurrent() && socket.bufferedAmount() > FULL_BYTES)
        await new Promise<void>((resolve) => timer.after(FULL_PAUSE_MS, resolve))
      if (!isCurrent()) return
      post({ type: 'engine_file', file: command.file, text })
    }
    if (!isCurrent()) return
    post({ type: 'engine', command })
    uploads -= 1
    sendStarts()
  }
  /** A new engine gets the files before the cards that may use them. */
  const sendStarts = (): void => {
    if (!isOpen() || starts.size === 0) return
    for (const loaded of files.values()) if (!loaded.isSent) void upload(loaded)
    if (uploads > 0) return
    for (const command of starts.values()) post({ type: 'engine', command })
    starts.clear()
  }
  const lose = (reason: string, isFailure: boolean): void => {
    engine += 1
    uploads = 0
    for (const loaded of files.values()) loaded.isSent = false
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
      if (event?.type === 'engine') onReport(event.report)
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
        sendStarts()
      } else if (isOpen()) post({ type: 'engine', command })
    },
    load(command, file) {
      const loaded = { command, file, isSent: false }
      files.set(command.file, loaded)
      if (isOpen()) void upload(loaded)
    },
  }
}
