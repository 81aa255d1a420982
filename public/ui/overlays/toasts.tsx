/** Short messages on what came of an act: read out, stacked, waiting while the pointer is on them. */
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
  /** Of the answer that failed. */
  readonly statusCode?: number | undefined
  readonly requestId?: string | undefined
  /** What can be done about it: `Undo`. */
  readonly action?: { readonly label: string; readonly onClick: () => void } | undefined
}

type Kind = 'success' | 'info' | 'error'

export type Toasts = Readonly<Record<Kind, (message: string | ToastMessage) => void>>

const STAYS_MS = 5000
const STAYS_WITH_ACTION_MS = 10_000
const UNTIL_CLOSED = 0

const icons = { success: <CircleCheck />, info: <Info />, error: <CircleAlert /> }

/** The functions keep their identity. An error stays until it is closed and interrupts a screen reader; the others wait their turn. */
export function useToasts(): Toasts {
  const { add, close } = Toast.useToastManager<ToastMessage>()
  return useMemo(() => {
    const show = (kind: Kind) => (given: string | ToastMessage) => {
      const message = typeof given === 'string' ? { title: given } : given
      const { title, detail, action } = message
      const id: string = add({
        type: kind,
        title,
        ...(detail !== undefined && { description: detail }),
        priority: kind === 'error' ? 'high' : 'low',
        timeout: kind === 'error' ? UNTIL_CLOSED : action ? STAYS_WITH_ACTION_MS : STAYS_MS,
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
    return { success: show('success'), info: show('info'), error: show('error') }
  }, [add, close])
}

/** Around the page; `mount` does it. */
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
        // Base UI hides an urgent one until it has the focus, though its buttons can be reached all the time.
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
