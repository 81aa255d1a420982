/** Shows a failed call of the admin API as a toast. */
import type { Toasts } from '../../../ui/overlays/toasts.tsx'
import { problemOf } from '../../api/problem.ts'

/** The `about` of errors of calls that got no answer. They are closed when the event stream opens again. */
export const NETWORK = 'network'

/**
 * @param about - what was tried: its success mends the error.
 * @throws the error itself where it is no problem of a call, but a fault of the page.
 */
export function showProblem(toasts: Toasts, error: unknown, about?: string): void {
  const problem = problemOf(error)
  if (problem === undefined) throw error
  // The sign-in dialog reports an expired session.
  if (problem.status === 401) return
  toasts.error({
    title: problem.title,
    detail: problem.detail,
    statusCode: problem.status === 0 ? undefined : problem.status,
    requestId: problem.requestId,
    about: problem.status === 0 ? NETWORK : about,
  })
}
