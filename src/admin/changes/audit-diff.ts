// Compares an object before and after a change: the fields that differ, with secrets masked.
import { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import { storedFields } from '../../contract/objects/field-table.ts'
import { previewSecret } from '../../core/secret-preview.ts'

/** The fields of an object by their names on the wire, secrets in clear. */
export type AuditFields = Readonly<Record<string, unknown>>

interface AuditDiff {
  readonly before: Record<string, unknown> | null
  readonly after: Record<string, unknown> | null
}

const secrets: ReadonlySet<string> = new Set(
  storedFields(endpointFields).flatMap(({ name, isSecret }) => (isSecret ? name : [])),
)

const mask = (key: string, value: unknown): unknown =>
  secrets.has(key) && typeof value === 'string' ? previewSecret(value) : value

const pick = (fields: AuditFields, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.map((key) => [key, mask(key, fields[key])]))

/**
 * Compares before masking, so that a secret replaced by one with the same preview still shows as changed.
 * @param before - null if the object was created.
 * @param after - null if it was deleted.
 */
export function auditDiff(before: AuditFields | null, after: AuditFields | null): AuditDiff {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const changed =
    before && after ? keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])) : keys
  return { before: before && pick(before, changed), after: after && pick(after, changed) }
}
