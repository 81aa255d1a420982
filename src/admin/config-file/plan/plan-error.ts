// The error of a plan: where a configuration file is inconsistent, before the lines are known.
import type { FieldError } from '../../../contract/problem.ts'

interface PlanError extends Error {
  readonly planErrors: readonly FieldError[]
}

/** @param errors - at least one, without lines. */
export const planError = (errors: readonly FieldError[]): PlanError =>
  Object.assign(new Error('the configuration file is inconsistent'), { planErrors: errors })

export const isPlanError = (error: unknown): error is PlanError =>
  error instanceof Error && 'planErrors' in error
