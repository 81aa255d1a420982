/** A text button: primary (at most one per view), secondary, quiet or danger. */
import { Button as BaseButton } from '@base-ui/react/button'
import type { ComponentProps, ReactNode } from 'react'
import styles from './button.module.css'
import { joinClasses } from '../styles/join-classes.ts'

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  readonly variant?: 'primary' | 'secondary' | 'danger' | 'quiet'
  readonly size?: 'small' | 'medium'
  /** Shown before the text; decorative only. */
  readonly icon?: ReactNode
  /** An action is in progress: the button keeps its width and focus, and ignores presses. */
  readonly busy?: boolean
  readonly className?: string | undefined
}

export function Button({
  variant = 'secondary',
  size = 'medium',
  icon,
  busy = false,
  disabled = false,
  className,
  children,
  ...native
}: ButtonProps) {
  return (
    <BaseButton
      type="button"
      {...native}
      disabled={disabled || busy}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
      className={joinClasses(styles.button, styles[variant], styles[size], busy && styles.busy, className)}
    >
      <span className={styles.content}>
        {icon !== undefined && (
          <span className={styles.icon} aria-hidden="true">
            {icon}
          </span>
        )}
        <span className={styles.label}>{children}</span>
      </span>
    </BaseButton>
  )
}
