/** A dialog: keeps the focus inside, gives it back, closes by Esc. On a phone it is a sheet at the foot. */
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
  /** Esc, the cross or a press outside. Whoever has unsaved input may leave the dialog open. */
  readonly onClose: () => void
  readonly title: ReactNode
  readonly description?: ReactNode
  /** Buttons at the foot, the main one last. One that submits a form in the body names it: `form={id}`. */
  readonly actions?: ReactNode
  /** 400, 560 or 880 px wide at most. */
  readonly size?: 'small' | 'medium' | 'large'
  /** An answer is wanted: no press outside closes it. */
  readonly alert?: boolean
  /** What gets the focus; by default the first field, or where there is none the first that can. */
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
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup
            className={joinClasses(styles.popup, styles[size])}
            ref={popup}
            initialFocus={initialFocus ?? ((by) => (by === 'touch' ? null : firstField(popup.current)))}
          >
            <header className={styles.header}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              {!alert && (
                // Without a tooltip, which would take the Esc that is meant for the dialog.
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
