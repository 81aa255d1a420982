/** A button that opens a list of what can be done. */
import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { joinClasses } from './join-classes.ts'
import { Kbd } from './kbd.tsx'
import styles from './menu.module.css'

export interface MenuItem {
  readonly label: string
  readonly onClick: () => void
  readonly icon?: ReactNode
  /** Shown; registered elsewhere. */
  readonly shortcut?: string | undefined
  readonly danger?: boolean
  readonly disabled?: boolean
  /** A line above it. */
  readonly separated?: boolean
}

interface MenuProps {
  /** A `Button` or `IconButton`. */
  readonly trigger: ReactElement
  readonly items: readonly MenuItem[]
  readonly side?: 'top' | 'right' | 'bottom' | 'left'
}

export function Menu({ trigger, items, side = 'bottom' }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner
          side={side}
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className={styles.positioner}
        >
          <Base.Popup className={styles.popup}>
            {items.map(({ label, onClick, icon, shortcut, danger, disabled = false, separated }) => (
              <div key={label} role="presentation">
                {separated && <Base.Separator className={styles.line} />}
                <Base.Item
                  onClick={onClick}
                  disabled={disabled}
                  className={joinClasses(styles.item, danger && styles.danger)}
                >
                  <span className={styles.icon} aria-hidden="true">
                    {icon}
                  </span>
                  <span className={styles.label}>{label}</span>
                  {shortcut !== undefined && <Kbd keys={shortcut} />}
                </Base.Item>
              </div>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
