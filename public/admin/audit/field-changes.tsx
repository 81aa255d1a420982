/** The changed fields of one object, with the values before and after. */
import { useState } from 'react'
import { Button } from '../../ui/buttons/button.tsx'
import { followsGateway } from '../routing/routing-words.ts'
import styles from './field-changes.module.css'
import hiding from '../../ui/styles/visually-hidden.module.css'

type Fields = Readonly<Record<string, unknown>> | null

interface FieldChangesProps {
  /** The changed fields only; null where the object did not exist. */
  readonly before: Fields
  readonly after: Fields
  /** Formats a value, such as an id by the object's name; undefined for the default format. */
  readonly format?: (field: string, value: unknown) => string | undefined
}

const SHOWN_AT_FIRST = 5

const hasValue = (value: unknown): boolean => value !== null && value !== undefined && value !== ''

const formatMap = (map: object): string =>
  Object.entries(map)
    .map(([name, other]) => `${name} = ${String(other)}`)
    .join(', ') || 'none'

function formatValue(value: unknown): string {
  if (!hasValue(value)) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return value.length === 0 ? 'none' : value.join(', ')
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return formatMap(value)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value)
}

/** For a created or deleted object, fields without a value are left out. */
function namesOf(before: Fields, after: Fields): string[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return names.filter(
    (name) => (before !== null && after !== null) || hasValue(before?.[name]) || hasValue(after?.[name]),
  )
}

export function FieldChanges({ before, after, format }: FieldChangesProps) {
  const [isWhole, setIsWhole] = useState(false)
  const names = namesOf(before, after)
  const formatField = (name: string, value: unknown): string =>
    format?.(name, value) ?? followsGateway(name, value) ?? formatValue(value)
  // The button would take as much space as one more line.
  const isCut = !isWhole && names.length > SHOWN_AT_FIRST + 1
  return (
    <>
      <dl className={styles.fields}>
        {(isCut ? names.slice(0, SHOWN_AT_FIRST) : names).map((name) => (
          <div key={name} className={styles.field}>
            <dt>{name.replace(/_ids?$/, '').replaceAll('_', ' ')}</dt>
            <dd>
              {before !== null && <del>{formatField(name, before[name])}</del>}
              {before !== null && after !== null && (
                <span className={styles.arrow}>
                  <span aria-hidden="true">→</span>
                  <span className={hiding.hidden}>became</span>
                </span>
              )}
              {after !== null && <ins>{formatField(name, after[name])}</ins>}
            </dd>
          </div>
        ))}
      </dl>
      {isCut && (
        <Button size="small" variant="quiet" className={styles.more} onClick={() => setIsWhole(true)}>
          {names.length - SHOWN_AT_FIRST} more fields
        </Button>
      )}
    </>
  )
}
