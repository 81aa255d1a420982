/** The files of the page's cards: the engine has them while cards have figures, and gets them before a card starts. */
import type { EngineCommand, EngineMessage } from '../../../src/contract/load-engine.ts'
import type { EngineTimer } from '../../../src/load-engine/platform/engine-timer.ts'

export type LoadCommand = Extract<EngineCommand, { readonly file: string }>

interface EngineFile {
  readonly command: LoadCommand
  readonly file: Blob
  isSent: boolean
}

export interface EngineFiles {
  /** Sends a file, if there is a connection, and then its command. */
  add(command: LoadCommand, file: Blob): void
  /** Sends the files that the engine has not got. @returns whether it has read all of them. */
  sendMissing(): boolean
  /** The engine has answered a command. */
  settle(requestId: string): void
  /** Takes the files out of the engine, unless some are on their way. */
  unload(): void
  /** The engine has ended. */
  reset(): void
}

interface EngineFilesParts {
  readonly timer: EngineTimer
  readonly isOpen: () => boolean
  readonly post: (message: EngineMessage) => void
  readonly bufferedAmount: () => number
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

export function createEngineFiles({ timer, isOpen, post, bufferedAmount }: EngineFilesParts): EngineFiles {
  const files = new Map<string, EngineFile>()
  /** Requests that the engine has not answered. */
  const loading = new Set<string>()
  /** Counts engines, so that an upload ends with its own. */
  let engine = 0

  const upload = async (loaded: EngineFile): Promise<void> => {
    const { command, file } = loaded
    const own = engine
    const isCurrent = (): boolean => own === engine && isOpen()
    loaded.isSent = true
    loading.add(command.requestId)
    for await (const text of readText(file)) {
      while (isCurrent() && bufferedAmount() > FULL_BYTES)
        await new Promise<void>((resolve) => timer.after(FULL_PAUSE_MS, resolve))
      if (!isCurrent()) return
      post({ type: 'engine_file', file: command.file, text })
    }
    if (isCurrent()) post({ type: 'engine', command })
  }
  const markUnsent = (): void => {
    for (const loaded of files.values()) loaded.isSent = false
  }

  return {
    add(command, file) {
      const loaded = { command, file, isSent: false }
      files.set(command.file, loaded)
      if (isOpen()) void upload(loaded)
    },
    sendMissing() {
      for (const loaded of files.values()) if (!loaded.isSent) void upload(loaded)
      return loading.size === 0
    },
    settle: (requestId) => void loading.delete(requestId),
    unload() {
      if (loading.size > 0 || ![...files.values()].some(({ isSent }) => isSent)) return
      markUnsent()
      post({ type: 'engine', command: { type: 'unload_files' } })
    },
    reset() {
      engine += 1
      loading.clear()
      markUnsent()
    },
  }
}
