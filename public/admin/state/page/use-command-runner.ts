/** Runs a person's commands and tells what came of them. */
import { useMemo } from 'react'
import { useToasts, type Toasts } from '../../../ui/overlays/toasts.tsx'
import { problemOf } from '../../api/problem.ts'
import type { Command } from '../commands/history.ts'
import { usePage } from './page.tsx'

/** Shows what the server refused; a fault of the page itself is thrown on. */
export function showProblem(toasts: Toasts, error: unknown): void {
  const problem = problemOf(error)
  if (problem === undefined) throw error
  // The sign-in that comes over the page says it.
  if (problem.status === 401) return
  toasts.error({
    title: problem.title,
    detail: problem.detail,
    statusCode: problem.status === 0 ? undefined : problem.status,
    requestId: problem.requestId,
  })
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export interface CommandRunner {
  /** @param done - said on success, with Undo beside it. @returns whether it was carried out. */
  run(command: Command, done: string): Promise<boolean>
  undo(): Promise<void>
  redo(): Promise<void>
  /** What cannot be undone. @returns the answer, or undefined where it was refused. */
  attempt<Answer>(work: () => Promise<Answer>, done?: string): Promise<Answer | undefined>
}

export function useCommandRunner(): CommandRunner {
  const { history } = usePage()
  const toasts = useToasts()
  return useMemo(() => {
    const step = async (work: () => Promise<Command | undefined>, word: string): Promise<void> => {
      try {
        const command = await work()
        if (command !== undefined) toasts.info(`${word}: ${command.label}`)
      } catch (error) {
        showProblem(toasts, error)
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
          showProblem(toasts, error)
          return false
        }
        toasts.success({ title: capitalize(done), action: { label: 'Undo', onClick: () => void undo() } })
        return true
      },
      async attempt(work, done) {
        try {
          const answer = await work()
          if (done !== undefined) toasts.success(done)
          return answer
        } catch (error) {
          showProblem(toasts, error)
          return undefined
        }
      },
    }
  }, [history, toasts])
}
