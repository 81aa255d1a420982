/** What a schema of the contract has against a value: by the path of the field, the first thing of each. */
import type { ZodType } from 'zod'

export function validationErrors(schema: ZodType, value: object): Readonly<Record<string, string>> {
  const result = schema.safeParse(value)
  if (result.success) return {}
  const faults = result.error.issues.map(({ path, message }) => [path.join('.'), message] as const)
  // Of several of one name the last one stays.
  return Object.fromEntries(faults.toReversed())
}
