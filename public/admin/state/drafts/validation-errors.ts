/** The errors of a value under a schema of the contract: the first message of each field, by the field's path. */
import type { ZodType } from 'zod'

export function validationErrors(schema: ZodType, value: object): Readonly<Record<string, string>> {
  const result = schema.safeParse(value)
  if (result.success) return {}
  const errors: Record<string, string> = {}
  for (const { path, message } of result.error.issues) errors[path.join('.')] ??= message
  return errors
}
