/** A button with only an icon. Its name is shown in a tooltip and announced to screen readers. */
import { Button as BaseButton } from '@base-ui/react/button'
import type { ComponentProps, ReactNode } from 'react'
import styles from './icon-button.module.css'
import { joinClasses } from '../styles/join-classes.ts'
import { ariaKeys } from '../shortcuts/shortcut-keys.ts'
import { Tooltip } from '../display/tooltip.tsx'

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'className' | 'children' | 'aria-label'> {
  readonly label: string
  /** A lucide icon. */
  readonly icon: ReactNode
  /** Shown in the tooltip, such as `Mod+Z`; the page registers it with `useShortcuts`. */
  readonly shortcut?: string
  readonly variant?: 'outlined' | 'quiet' | 'danger'
  readonly size?: 'small' | 'medium'
  readonly tooltipSide?: 'top' | 'right' | 'bottom' | 'left'
  readonly className?: string | undefined
}

/** Stays focusable while disabled, so that its name can be read. */
export function IconButton({
  label,
  icon,
  shortcut,
  variant = 'quiet',
  size = 'medium',
  tooltipSide,
  className,
  ...native
}: IconButtonProps) {
  return (
    <Tooltip text={label} shortcut={shortcut} {...(tooltipSide && { side: tooltipSide })}>
      <BaseButton
        type="button"
        {...native}
        focusableWhenDisabled
        aria-label={label}
        aria-keyshortcuts={ariaKeys(shortcut)}
        className={joinClasses(styles.button, styles[variant], styles[size], className)}
      >
        {icon}
      </BaseButton>
    </Tooltip>
  )
}
