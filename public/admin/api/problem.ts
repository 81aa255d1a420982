/** A failed call of the admin API, in a form for toasts, forms and dialogs. */
import type { FieldError, Problem } from '../../../src/contract/problem.ts'

export interface ApiProblem {
  /** 0 where no response was received. */
  readonly status: number
  /** LB_ERR_* of the server, or NETWORK. */
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | undefined
  /** Messages by the path of the field in the body, such as `base_url`. */
  readonly fieldErrors: Readonly<Record<string, string>>
  /** The server's errors; those of a configuration file have line numbers. */
  readonly errors: readonly FieldError[]
  /** The server's Retry-After, in seconds. */
  readonly retryAfterS: number | undefined
  /** After 412: the current object, null where it has been deleted; otherwise undefined. */
  readonly current: unknown
}

const KEY = Symbol('problem')

/** The error that contains the problem. */
export function problemError(problem: ApiProblem): Error {
  return Object.assign(new Error(problem.detail), { [KEY]: problem })
}

/** @returns undefined for any other error, which is a fault of the page. */
export function problemOf(error: unknown): ApiProblem | undefined {
  return error instanceof Error && KEY in error ? (error[KEY] as ApiProblem) : undefined
}

export const networkProblem = (): ApiProblem => ({
  status: 0,
  code: 'NETWORK',
  title: 'No answer',
  detail: 'The load balancer does not answer. Is it running, and is the network up?',
  requestId: undefined,
  fieldErrors: {},
  errors: [],
  retryAfterS: undefined,
  current: undefined,
})

function fieldErrorsOf(problem: Partial<Problem>): Record<string, string> {
  const errors = problem.errors ?? []
  return Object.fromEntries(
    errors.map(({ pointer, detail }) => [pointer.slice(1).replaceAll('/', '.'), detail]),
  )
}

/** @param body - parsed JSON of the response, or undefined where it is not JSON, as from a proxy in between */
export function responseProblem(status: number, body: unknown, headers: Headers): ApiProblem {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem> & {
    current?: unknown
  }
  return {
    status,
    code: problem.code ?? `HTTP_${status}`,
    title: problem.title ?? 'Refused',
    detail: problem.detail ?? `The server answered ${status}.`,
    requestId: problem.request_id ?? headers.get('x-request-id') ?? undefined,
    fieldErrors: fieldErrorsOf(problem),
    errors: problem.errors ?? [],
    retryAfterS: Number(headers.get('retry-after')) || undefined,
    current: problem.current,
  }
}
