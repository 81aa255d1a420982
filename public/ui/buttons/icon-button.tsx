/** A button that shows an icon alone: its name is said by a tooltip and to screen readers. */
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
  /** Shown in the tooltip, such as `Mod+Z`; registered elsewhere. */
  readonly shortcut?: string
  readonly variant?: 'outlined' | 'quiet' | 'danger'
  readonly size?: 'small' | 'medium'
  readonly tooltipSide?: 'top' | 'right' | 'bottom' | 'left'
  readonly className?: string | undefined
}

/** Disabled, it still takes the focus and tells its name. */
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
