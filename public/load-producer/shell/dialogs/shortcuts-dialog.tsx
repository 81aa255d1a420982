/** The dialog that lists the shortcuts. */
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import { Kbd } from '../../../ui/shortcuts/kbd.tsx'
import { pageShortcuts } from '../shortcuts/use-page-shortcuts.ts'
import styles from './dialogs.module.css'

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Keys" size="small">
      <dl className={styles.keys}>
        {pageShortcuts.map(({ keys: shortcut, description }) => (
          <div key={shortcut}>
            <dt>{description}</dt>
            <dd>
              <Kbd keys={shortcut} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
