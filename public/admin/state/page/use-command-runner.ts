/** Runs the operator's commands and reports their outcome as toasts. */
import { useMemo } from 'react'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import { capitalize } from '../../format/capitalize.ts'
import type { Command } from '../commands/history.ts'
import { usePage } from './page.tsx'
import { showProblem } from './show-problem.ts'

export interface CommandRunner {
  /** @param done - the message on success, shown with an Undo button. @returns whether the command succeeded. */
  run(command: Command, done: string): Promise<boolean>
  undo(): Promise<void>
  redo(): Promise<void>
  /** Runs what cannot be undone. @returns its result, or undefined where it was refused. */
  attempt<Answer>(work: () => Promise<Answer>, done?: string): Promise<Answer | undefined>
}

export function useCommandRunner(): CommandRunner {
  const { history } = usePage()
  const toasts = useToasts()
  return useMemo(() => {
    const step = async (work: () => Promise<Command | undefined>, word: string): Promise<void> => {
      try {
        const command = await work()
        toasts.mended(word)
        if (command !== undefined) toasts.info(`${word}: ${command.label}`)
      } catch (error) {
        showProblem(toasts, error, word)
      }
    }
    const undo = () => step(history.undo, 'Undone')
    return {
      undo,
      redo: () => step(history.redo, 'Done again'),
      async run(command, done) {
        try {
          await history.run(command)
        } catch (error) {
          showProblem(toasts, error, command.label)
          return false
        }
        toasts.mended(command.label)
        toasts.success({ title: capitalize(done), action: { label: 'Undo', onClick: () => void undo() } })
        return true
      },
      async attempt(work, done) {
        try {
          const answer = await work()
          if (done !== undefined) {
            toasts.mended(done)
            toasts.success(done)
          }
          return answer
        } catch (error) {
          showProblem(toasts, error, done)
          return undefined
        }
      },
    }
  }, [history, toasts])
}
