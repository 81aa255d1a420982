/** Short messages about the result of an action: announced to screen readers, stacked, paused under the pointer. */
import { Toast } from '@base-ui/react/toast'
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react'
import { useMemo, type ReactNode } from 'react'
import { CopyButton } from '../buttons/copy-button.tsx'
import { IconButton } from '../buttons/icon-button.tsx'
import { joinClasses } from '../styles/join-classes.ts'
import styles from './toasts.module.css'

interface ToastMessage {
  readonly title: string
  readonly detail?: string | undefined
  /** HTTP status of the failed response. */
  readonly statusCode?: number | undefined
  readonly requestId?: string | undefined
  /** Of an error: what it is about. A later error about the same replaces it, and `mended` closes it. */
  readonly about?: string | undefined
  /** A button such as `Undo`. */
  readonly action?: { readonly label: string; readonly onClick: () => void } | undefined
}

type Kind = 'success' | 'info' | 'error'

export interface Toasts extends Readonly<Record<Kind, (message: string | ToastMessage) => void>> {
  /** Closes the errors about this, whose cause is gone. */
  mended(about: string): void
}

const DURATION_MS = 5000
const DURATION_WITH_ACTION_MS = 10_000
const UNTIL_CLOSED = 0

const icons = { success: <CircleCheck />, info: <Info />, error: <CircleAlert /> }

/**
 * @returns stable functions. An error stays until it is closed or its cause is mended, and interrupts screen readers; the
 * others do neither.
 */
export function useToasts(): Toasts {
  const { add, close } = Toast.useToastManager<ToastMessage>()
  return useMemo(() => {
    const show = (kind: Kind) => (content: string | ToastMessage) => {
      const message = typeof content === 'string' ? { title: content } : content
      const { title, detail, action, about } = message
      const id: string = add({
        // A toast with an id takes the place of the one that has it.
        ...(about !== undefined && { id: about }),
        type: kind,
        title,
        ...(detail !== undefined && { description: detail }),
        priority: kind === 'error' ? 'high' : 'low',
        timeout: kind === 'error' ? UNTIL_CLOSED : action ? DURATION_WITH_ACTION_MS : DURATION_MS,
        data: message,
        ...(action && {
          actionProps: {
            children: action.label,
            onClick() {
              close(id)
              action.onClick()
            },
          },
        }),
      })
    }
    return { success: show('success'), info: show('info'), error: show('error'), mended: close }
  }, [add, close])
}

/** Provides toasts to the page; used by `mount`. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider limit={4}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} aria-label="Messages">
          <ToastStack />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function ToastStack() {
  const { toasts } = Toast.useToastManager<ToastMessage>()
  return toasts.map((toast) => {
    const kind = (toast.type ?? 'info') as Kind
    return (
      <Toast.Root
        key={toast.id}
        toast={toast}
        // Base UI hides a high-priority toast until it is focused, although its buttons are always reachable.
        aria-hidden={false}
        className={joinClasses(styles.toast, styles[kind])}
      >
        <span className={styles.icon} aria-hidden="true">
          {icons[kind]}
        </span>
        <Toast.Content className={styles.content}>
          <Toast.Title className={styles.title} />
          <Toast.Description className={styles.detail} />
          <ErrorReference {...toast.data} />
          <Toast.Action className={styles.action} />
        </Toast.Content>
        <Toast.Close aria-hidden={false} render={<IconButton label="Close" icon={<X />} size="small" />} />
      </Toast.Root>
    )
  })
}

function ErrorReference({ statusCode, requestId }: Partial<ToastMessage>) {
  if (statusCode === undefined && requestId === undefined) return null
  return (
    <div className={styles.origin}>
      {statusCode !== undefined && <span>HTTP {statusCode}</span>}
      {requestId !== undefined && (
        <>
          <code className={styles.requestId}>{requestId}</code>
          <CopyButton text={requestId} label="Copy request id" iconOnly />
        </>
      )}
    </div>
  )
}
