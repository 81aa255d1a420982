/** Moves the errors of a list's entries to the field of the list, where they name the entry. */

const MAX_SHOWN = 40

const shorten = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)

/**
 * @param errors - by path, such as `name` or `models.2`.
 * @param values - that the errors are about, by field.
 * @returns the first error of each field.
 */
export function errorsByField(
  errors: Readonly<Record<string, string>>,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const byField: Record<string, string> = {}
  for (const [path, message] of Object.entries(errors)) {
    const [field = path, index] = path.split('.')
    const list = values[field]
    const entry: unknown = index !== undefined && Array.isArray(list) ? list[Number(index)] : undefined
    byField[field] ??= typeof entry === 'string' ? `${shorten(entry)}: ${message}` : message
  }
  return byField
}
