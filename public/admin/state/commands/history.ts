/** Undo and redo: every change a person makes is a command that knows its way back, on the server. */
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Command {
  /** Names it in toasts and menus, as in "Undo: delete endpoint vllm-a". Starts in lower case. */
  readonly label: string
  /** @throws an error that `problemOf` knows; then nothing is remembered. Called again for redo. */
  run(): Promise<void>
  undo(): Promise<void>
}

interface HistoryState {
  readonly past: readonly Command[]
  readonly future: readonly Command[]
  /** Whether one is under way; they run one after another. */
  readonly busy: boolean
}

export interface History {
  readonly store: StoreApi<HistoryState>
  run(command: Command): Promise<void>
  /** @returns the command undone, or undefined where there is none. One that fails is forgotten, as it would fail again. */
  undo(): Promise<Command | undefined>
  redo(): Promise<Command | undefined>
  clear(): void
}

const MAX_REMEMBERED = 100

/** One step for what belongs together. Where a part fails, those before it are taken back. */
export function compound(label: string, parts: readonly Command[]): Command {
  return {
    label,
    async run() {
      const done: Command[] = []
      try {
        for (const part of parts) {
          await part.run()
          done.unshift(part)
        }
      } catch (error) {
        for (const part of done) await part.undo()
        throw error
      }
    },
    async undo() {
      for (const part of parts.toReversed()) await part.undo()
    },
  }
}

export function createHistory(): History {
  const store = createStore<HistoryState>(() => ({ past: [], future: [], busy: false }))
  let last: Promise<unknown> = Promise.resolve()

  const enqueue = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(async () => {
      store.setState({ busy: true })
      try {
        return await work()
      } finally {
        store.setState({ busy: false })
      }
    })
    last = result.catch(() => undefined)
    return result
  }

  return {
    store,
    run: (command) =>
      enqueue(async () => {
        await command.run()
        const past = [...store.getState().past, command].slice(-MAX_REMEMBERED)
        store.setState({ past, future: [] })
      }),
    undo: () =>
      enqueue(async () => {
        const { past } = store.getState()
        const command = past.at(-1)
        if (command === undefined) return undefined
        store.setState({ past: past.slice(0, -1) })
        await command.undo()
        store.setState({ future: [command, ...store.getState().future] })
        return command
      }),
    redo: () =>
      enqueue(async () => {
        const [command, ...rest] = store.getState().future
        if (command === undefined) return undefined
        store.setState({ future: rest })
        await command.run()
        store.setState({ past: [...store.getState().past, command] })
        return command
      }),
    clear: () => store.setState({ past: [], future: [] }),
  }
}
