/** A modal dialog that traps the focus, restores it and closes by Esc. On a phone it is a sheet at the bottom. */
import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { use, useRef, type ReactNode, type RefObject } from 'react'
import styles from './dialog.module.css'
import { DialogsHidden } from './dialogs-hidden.ts'
import iconButton from '../buttons/icon-button.module.css'
import { joinClasses } from '../styles/join-classes.ts'

export interface DialogProps {
  readonly open: boolean
  /** Called on Esc, the close button or a press outside. The caller may keep the dialog open, as for unsaved input. */
  readonly onClose: () => void
  readonly title: ReactNode
  readonly description?: ReactNode
  /** Buttons in the footer, the primary one last. A button submits a form of the body by `form={id}`. */
  readonly actions?: ReactNode
  /** Maximum width: 400, 560 or 880 px. */
  readonly size?: 'small' | 'medium' | 'large'
  /** The user must decide: a press outside does not close the dialog. */
  readonly alert?: boolean
  /** Element with the initial focus; by default the first field, else the first focusable element. */
  readonly initialFocus?: RefObject<HTMLElement | null>
  readonly children?: ReactNode
}

const firstField = (popup: HTMLElement | null): HTMLElement | null =>
  popup?.querySelector<HTMLElement>('input:not([type=hidden], [readonly]), textarea, select') ?? null

export function Dialog({
  open,
  onClose,
  title,
  description,
  actions,
  size = 'medium',
  alert = false,
  initialFocus,
  children,
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null)
  const isHidden = use(DialogsHidden)
  const Root = alert ? AlertDialog.Root : Base.Root
  return (
    <Root open={open && !isHidden} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop data-modal className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup
            className={joinClasses(styles.popup, styles[size])}
            ref={popup}
            initialFocus={
              initialFocus ?? ((interaction) => (interaction === 'touch' ? null : firstField(popup.current)))
            }
          >
            <header className={styles.header}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              {!alert && (
                // No tooltip: it would handle the Esc key instead of the dialog.
                <Base.Close
                  aria-label="Close"
                  className={joinClasses(iconButton.button, iconButton.quiet, iconButton.small)}
                >
                  <X />
                </Base.Close>
              )}
            </header>
            {description !== undefined && (
              <Base.Description className={styles.description}>{description}</Base.Description>
            )}
            {children !== undefined && <div className={styles.body}>{children}</div>}
            {actions !== undefined && <footer className={styles.footer}>{actions}</footer>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Root>
  )
}
