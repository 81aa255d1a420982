/** The dialog that lists the keyboard shortcuts. */
import { Dialog } from '../../ui/overlays/dialog.tsx'
import { Kbd } from '../../ui/shortcuts/kbd.tsx'
import { usePage, useWorkspace } from '../state/page/page.tsx'
import styles from './shortcuts-dialog.module.css'
import type { Action } from './use-actions.tsx'

const onCanvas = [
  { keys: 'Enter', label: 'Open the card or wire in focus' },
  { keys: 'W', label: 'Connect the card in focus' },
  { keys: 'Shift', label: 'Hold and drag: select a box' },
  { keys: 'Alt', label: 'Hold and drag: leave the grid' },
  { keys: 'Escape', label: 'Cancel, close' },
]

export function ShortcutsDialog({ actions }: { readonly actions: readonly Action[] }) {
  const { workspace } = usePage()
  const open = useWorkspace(({ dialog }) => dialog?.name === 'shortcuts')
  const rows = [...actions.filter(({ keys }) => keys !== undefined), ...onCanvas]
  return (
    <Dialog open={open} onClose={workspace.closeDialog} title="Keys" size="small">
      <dl className={styles.list}>
        {rows.map(({ label, keys = '' }) => (
          <div key={label} className={styles.row}>
            <dt>{label}</dt>
            <dd>
              <Kbd keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
