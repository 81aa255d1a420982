/** One row of the audit: time, actor, action, object and changed fields. */
import type { AuditEntry } from '../../../src/contract/audit.ts'
import { CopyButton } from '../../ui/buttons/copy-button.tsx'
import { relativeTime } from '../format/relative-time.ts'
import { useGateway, usePage } from '../state/page/page.tsx'
import { humanize } from './audit-filter.ts'
import styles from './audit-row.module.css'
import { FieldChanges } from './field-changes.tsx'
import { namesOfIds, auditedObject } from './audited-object.ts'

const clock = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** The tone of an action: whether it created, deleted or changed the object. */
const toneOf = ({ before, after }: AuditEntry) =>
  before === null ? (after === null ? 'neutral' : 'made') : after === null ? 'gone' : 'neutral'

interface AuditRowProps {
  readonly entry: AuditEntry
  /** Time of the last load in ms since the epoch, for relative times. */
  readonly now: number
}

export function AuditRow({ entry, now }: AuditRowProps) {
  const { workspace } = usePage()
  const state = useGateway((given) => given)
  const { name, node } = auditedObject(entry, state)
  const [, verb = entry.action] = entry.action.split('.')
  const at = new Date(entry.at)
  return (
    <tr className={styles.row}>
      <td className={styles.when}>
        <time dateTime={entry.at}>{clock.format(at)}</time>
        <span>{relativeTime(now - at.getTime())}</span>
      </td>
      <td className={styles.what}>
        <span className={styles.action}>
          <strong data-tone={toneOf(entry)}>{humanize(verb)}</strong> {humanize(entry.object_type)}
        </span>
        {node === undefined ? (
          <span>{name}</span>
        ) : (
          <button
            type="button"
            className={styles.subject}
            aria-label={`Show ${name} on the canvas`}
            onClick={() => workspace.reveal(node)}
          >
            {name}
          </button>
        )}
      </td>
      <td className={styles.changes}>
        <FieldChanges before={entry.before} after={entry.after} format={namesOfIds(state)} />
      </td>
      <td className={styles.who}>
        <code>{entry.actor}</code>
        <span className={styles.request}>
          <code title={entry.request_id}>{entry.request_id.slice(0, 8)}</code>
          <CopyButton text={entry.request_id} label="Copy request id" iconOnly />
        </span>
      </td>
    </tr>
  )
}
