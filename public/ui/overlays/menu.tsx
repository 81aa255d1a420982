/** A button that opens a menu of actions. */
import { Menu as Base } from '@base-ui/react/menu'
import type { ComponentProps, ReactElement, ReactNode } from 'react'
import { joinClasses } from '../styles/join-classes.ts'
import { Kbd } from '../shortcuts/kbd.tsx'
import styles from './menu.module.css'

export interface MenuItem {
  readonly label: string
  readonly onClick: () => void
  readonly icon?: ReactNode
  /** Only displayed; the page registers it with `useShortcuts`. */
  readonly shortcut?: string | undefined
  readonly danger?: boolean
  readonly disabled?: boolean
  /** Draws a line above the item. */
  readonly separated?: boolean
  /** Consecutive items with the same group are shown below its name. */
  readonly group?: string
  /** A sentence below the label. */
  readonly hint?: string
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
      <MenuPopup items={items} side={side} align="end" />
    </Base.Root>
  )
}

interface MenuPopupProps {
  readonly items: readonly MenuItem[]
  readonly side: NonNullable<MenuProps['side']>
  readonly align: 'start' | 'end'
  /** What the menu stands at, where that is not its button. */
  readonly anchor?: ComponentProps<typeof Base.Positioner>['anchor']
  readonly label?: string
}

export function MenuPopup({ items, side, align, anchor, label }: MenuPopupProps) {
  return (
    <Base.Portal>
      <Base.Positioner
        side={side}
        align={align}
        anchor={anchor}
        sideOffset={6}
        collisionPadding={8}
        className={styles.positioner}
      >
        <Base.Popup
          aria-label={label}
          className={joinClasses(styles.popup, items.some(({ hint }) => hint) && styles.wide)}
        >
          {groupsOf(items).map(([group, members]) =>
            group === '' ? (
              members.map((item) => <Item key={item.label} {...item} />)
            ) : (
              <Base.Group key={group}>
                <Base.GroupLabel className={styles.group}>{group}</Base.GroupLabel>
                {members.map((item) => (
                  <Item key={item.label} {...item} />
                ))}
              </Base.Group>
            ),
          )}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  )
}

function groupsOf(items: readonly MenuItem[]): [string, MenuItem[]][] {
  const groups: [string, MenuItem[]][] = []
  for (const item of items) {
    const [name, members] = groups.at(-1) ?? []
    if (members !== undefined && name === (item.group ?? '')) members.push(item)
    else groups.push([item.group ?? '', [item]])
  }
  return groups
}

function Item({ label, onClick, icon, shortcut, danger, disabled = false, separated, hint }: MenuItem) {
  return (
    <div role="presentation">
      {separated && <Base.Separator className={styles.line} />}
      <Base.Item
        onClick={onClick}
        disabled={disabled}
        label={label}
        className={joinClasses(styles.item, danger && styles.danger)}
      >
        {icon !== undefined && (
          <span className={styles.icon} aria-hidden="true">
            {icon}
          </span>
        )}
        <span className={styles.label}>
          {label}
          {hint !== undefined && <span className={styles.hint}>{hint}</span>}
        </span>
        {shortcut !== undefined && <Kbd keys={shortcut} />}
      </Base.Item>
    </div>
  )
}
