/** Lists the keys. */
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { keys } from './use-keys.ts'
import styles from './dialogs.module.css'

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Keys" size="small">
      <dl className={styles.keys}>
        {keys.map(({ keys: pressed, does }) => (
          <div key={pressed}>
            <dt>{does}</dt>
            <dd>
              <Kbd keys={pressed} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
