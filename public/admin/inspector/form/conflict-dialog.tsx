/** Shows both versions after a conflict and asks which one to keep. */
import { Button } from '../../../ui/buttons/button.tsx'
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import styles from './conflict-dialog.module.css'
import { followsGateway } from '../../routing/routing-words.ts'
import { fieldLabel } from '../../format/field-label.ts'
import type { DraftForm } from './use-draft.ts'

const SECRET = new Set(['api_key'])

const shown = (field: string, value: unknown): string =>
  SECRET.has(field)
    ? '(a key)'
    : (followsGateway(field, value) ?? (typeof value === 'string' ? value : JSON.stringify(value ?? null)))

export function ConflictDialog({ form }: { readonly form: DraftForm }) {
  const { conflict } = form
  if (conflict === undefined) return null
  const { mine, base, theirs, merge } = conflict
  const takeTheirs = (): void => {
    form.discard()
    form.closeConflict()
  }
  return (
    <Dialog
      open
      alert
      onClose={form.closeConflict}
      title={theirs === null ? 'It has been deleted meanwhile' : 'Changed by someone else meanwhile'}
      description={
        theirs === null
          ? 'What you changed has been deleted by someone else. Undo of their deletion brings it back.'
          : 'Nothing has been saved yet. Both of you have changed these fields.'
      }
      actions={
        <>
          <Button onClick={form.closeConflict}>Back to editing</Button>
          <Button onClick={takeTheirs}>Take theirs</Button>
          {theirs !== null && (
            <Button variant="primary" onClick={() => void form.keepMine()}>
              Keep mine
            </Button>
          )}
        </>
      }
    >
      {theirs !== null && (
        <table className={styles.versions}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">Yours</th>
              <th scope="col">Theirs</th>
            </tr>
          </thead>
          <tbody>
            {merge.conflicting.map((field) => (
              <tr key={field}>
                <th scope="row">{fieldLabel(field)}</th>
                <td>{shown(field, base[field])}</td>
                <td>{shown(field, mine[field])}</td>
                <td>{shown(field, theirs[field])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {theirs !== null && merge.theirsOnly.length > 0 && (
        <p className={styles.also}>
          They have also changed, and it stays so:{' '}
          {merge.theirsOnly
            .map(
              (field) =>
                `${fieldLabel(field)} from ${shown(field, base[field])} to ${shown(field, theirs[field])}`,
            )
            .join(', ')}
          .
        </p>
      )}
    </Dialog>
  )
}
