/** The frame of the inspector: title, sections, and the actions at the foot. */
import { X } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { IconButton } from '../../../ui/buttons/icon-button.tsx'
import { leaveCard } from '../../state/page/leave-card.ts'
import { usePage } from '../../state/page/page.tsx'
import { usePanelActions } from './use-panel-actions.ts'
import { ConflictDialog } from '../form/conflict-dialog.tsx'
import styles from './panel.module.css'
import { UnsavedDialog } from './unsaved-dialog.tsx'
import { UnsavedDrafts } from './unsaved-drafts.tsx'
import type { DraftForm } from '../form/use-draft.ts'

interface PanelProps {
  readonly title: string
  /** Shown under the title, such as an address or a preview. */
  readonly subtitle?: ReactNode
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly footer?: ReactNode
}

export function Panel({ title, subtitle, aside, children, footer }: PanelProps) {
  const page = usePage()
  const close = (): void => leaveCard(page, () => page.workspace.setInspectorOpen(false))
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target as Element
    // React also delivers events of dialogs, which are elsewhere in the document.
    const isMine = event.currentTarget.contains(target) && !target.matches('input, textarea, select')
    if (event.key !== 'Escape' || !isMine || event.defaultPrevented) return
    // Otherwise the dialog that may open would be closed by the same key.
    event.stopPropagation()
    close()
  }
  usePanelActions([{ id: 'close-inspector', label: 'Close the inspector', run: close }])
  return (
    <aside
      data-buttons="bottom"
      className={styles.panel}
      aria-label={`Inspector: ${title}`}
      onKeyDown={onKeyDown}
    >
      <header className={styles.head}>
        <div className={styles.titles}>
          <h2 className={styles.title} title={title}>
            {title}
          </h2>
          {subtitle !== undefined && <div className={styles.subtitle}>{subtitle}</div>}
        </div>
        {aside}
        <IconButton label="Close the inspector" icon={<X />} size="small" onClick={close} />
      </header>
      <div className={styles.body}>
        <UnsavedDrafts />
        {children}
      </div>
      {footer !== undefined && <footer className={styles.footer}>{footer}</footer>}
    </aside>
  )
}

interface FormFooterProps {
  /** Name of the object. */
  readonly name: string
  readonly form: DraftForm
  readonly onDelete: () => void
  readonly deleteLabel?: string
  /** Shown between Delete and Save. */
  readonly children?: ReactNode
}

export function FormFooter({ name, form, onDelete, deleteLabel = 'Delete', children }: FormFooterProps) {
  const canSave = form.isDirty && form.isValid
  usePanelActions([
    { id: 'save', label: `Save the changes of ${name}`, disabled: !canSave, run: () => void form.save() },
    { id: 'discard', label: `Discard the changes of ${name}`, disabled: !form.isDirty, run: form.discard },
  ])
  return (
    <>
      <Button variant="danger" onClick={onDelete}>
        {deleteLabel}
      </Button>
      <span className={styles.gap} />
      {children}
      {form.isDirty && (
        <Button variant="quiet" onClick={form.discard}>
          Discard
        </Button>
      )}
      <Button variant="primary" disabled={!canSave} busy={form.busy} onClick={() => void form.save()}>
        Save
      </Button>
      <ConflictDialog form={form} />
      <UnsavedDialog form={form} name={name} />
    </>
  )
}
