/** Undo and redo: every change that an operator makes is a command that can also be reverted on the server. */
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Command {
  /** The name in toasts and menus, as in "Undo: delete endpoint vllm-a". Starts in lower case. */
  readonly label: string
  /** Called again for redo. @throws an error that `problemOf` converts; the history is then unchanged. */
  run(): Promise<void>
  undo(): Promise<void>
}

interface HistoryState {
  readonly past: readonly Command[]
  readonly future: readonly Command[]
  /** Whether a command is running. Commands run one after another. */
  readonly busy: boolean
}

export interface History {
  readonly store: StoreApi<HistoryState>
  run(command: Command): Promise<void>
  /** @returns the undone command, or undefined where there is none. A command that fails is dropped: it would fail again. */
  undo(): Promise<Command | undefined>
  redo(): Promise<Command | undefined>
  clear(): void
}

const MAX_REMEMBERED = 100

/** Joins commands into one undo step. Where a part fails, the parts before it are undone. */
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
        // At once, so that a redo that is asked for meanwhile is queued after it.
        store.setState({ past: past.slice(0, -1), future: [command, ...store.getState().future] })
        try {
          await command.undo()
        } catch (error) {
          store.setState(({ future }) => ({ future: future.filter((one) => one !== command) }))
          throw error
        }
        return command
      }),
    redo: () =>
      enqueue(async () => {
        const [command, ...rest] = store.getState().future
        if (command === undefined) return undefined
        store.setState({ future: rest, past: [...store.getState().past, command] })
        try {
          await command.run()
        } catch (error) {
          store.setState(({ past }) => ({ past: past.filter((one) => one !== command) }))
          throw error
        }
        return command
      }),
    clear: () => store.setState({ past: [], future: [] }),
  }
}
