/** The changes that a configuration file would make, and the button that applies them. */
import { plural } from '../../../ui/format/figures.ts'
import { useState } from 'react'
import type { ConfigChange, ConfigDiffView } from '../../../../src/contract/config-file.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.tsx'
import { FieldChanges } from '../../audit/field-changes.tsx'
import styles from './config-diff.module.css'
import type { ConfigImportState } from './use-config-import.ts'

const words = { create: 'create', update: 'update', delete: 'delete' } as const
const marks = { create: '+', update: '~', delete: '−' } as const

const nameOf = ({ object_type, name }: ConfigChange): string =>
  object_type === 'routing' || object_type === 'positions'
    ? object_type
    : `${object_type.replaceAll('_', ' ')} ${name}`

interface ConfigDiffProps {
  readonly diff: ConfigDiffView
  readonly work: Pick<ConfigImportState, 'apply' | 'busy' | 'isRenewed'>
}

export function ConfigDiff({ diff: { changes, warnings }, work }: ConfigDiffProps) {
  const [asking, setAsking] = useState(false)
  const deletions = changes.filter(({ action }) => action === 'delete')
  const count = plural(changes.length, 'change')
  const apply = async () => {
    await work.apply()
    setAsking(false)
  }
  return (
    <div className={styles.diff} role="region" aria-label="What would change">
      {work.isRenewed && (
        <p role="alert" className={styles.warning}>
          Somebody changed the configuration meanwhile; nothing was applied. This is compared with what it is
          now.
        </p>
      )}
      <p role="status" className={styles.summary}>
        {changes.length === 0
          ? 'No changes: the file says what is configured.'
          : `${count}, none of them applied yet.`}
      </p>
      {warnings.map((warning) => (
        <p key={warning} className={styles.warning}>
          {warning}
        </p>
      ))}
      {changes.length > 0 && (
        <>
          <ul className={styles.list}>
            {changes.map((change) => (
              <li
                key={`${change.action} ${nameOf(change)}`}
                data-action={change.action}
                className={styles.change}
              >
                <p className={styles.heading}>
                  <span aria-hidden="true">{marks[change.action]}</span>
                  <span className={styles.word}>{words[change.action]}</span>{' '}
                  <strong>{nameOf(change)}</strong>
                </p>
                {change.action !== 'delete' && <FieldChanges before={change.before} after={change.after} />}
              </li>
            ))}
          </ul>
          <Button
            variant={deletions.length > 0 ? 'danger' : 'primary'}
            busy={work.busy}
            onClick={() => (deletions.length > 0 ? setAsking(true) : void work.apply())}
          >
            Apply {count}
          </Button>
        </>
      )}
      <ConfirmDialog
        open={asking}
        danger
        title={`Delete ${deletions.length} and apply the rest?`}
        affected={deletions.map(nameOf)}
        confirmLabel={`Apply ${count}`}
        busy={work.busy}
        onConfirm={() => void apply()}
        onCancel={() => setAsking(false)}
      />
    </div>
  )
}
