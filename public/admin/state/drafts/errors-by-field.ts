/** Moves the errors of the entries of a list or a map to its field, where they name the entry. */

const MAX_SHOWN = 40

const shorten = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)

/** What names the entry: an item of a list itself, the key in a map. */
function entryAt(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[Number(key)]
  return typeof value === 'object' && value !== null ? key : undefined
}

/**
 * @param errors - by path, such as `name`, `models.2` or `model_map.llama3`.
 * @param values - that the errors are about, by field.
 * @returns the first error of each field.
 */
export function errorsByField(
  errors: Readonly<Record<string, string>>,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const byField: Record<string, string> = {}
  for (const [path, message] of Object.entries(errors)) {
    const [field = path] = path.split('.', 1)
    const entry = path === field ? undefined : entryAt(values[field], path.slice(field.length + 1))
    byField[field] ??= typeof entry === 'string' ? `${shorten(entry)}: ${message}` : message
  }
  return byField
}
