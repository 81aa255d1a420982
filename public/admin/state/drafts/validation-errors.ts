/** The errors of a value under a schema of the contract: the first message of each field, by the field's path. */
import type { ZodType } from 'zod'

export function validationErrors(schema: ZodType, value: object): Readonly<Record<string, string>> {
  const result = schema.safeParse(value)
  if (result.success) return {}
  const faults = result.error.issues.map(({ path, message }) => [path.join('.'), message] as const)
  // The last entry of a name wins, so the first message must come last.
  return Object.fromEntries(faults.toReversed())
}
