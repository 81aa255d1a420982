/** A menu of actions at a point of the page, as after a right click. */
import { Menu as Base } from '@base-ui/react/menu'
import { useMemo } from 'react'
import { MenuPopup, type MenuItem } from './menu.tsx'

export interface ContextMenuProps {
  readonly label: string
  readonly items: readonly MenuItem[]
  /** In pixels of the window. */
  readonly at: { readonly x: number; readonly y: number }
  readonly onClose: () => void
}

export function ContextMenu({ label, items, at, onClose }: ContextMenuProps) {
  const { x, y } = at
  const anchor = useMemo(() => ({ getBoundingClientRect: () => new DOMRect(x, y, 0, 0) }), [x, y])
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()} modal={false}>
      <MenuPopup items={items} anchor={anchor} align="start" side="bottom" label={label} />
    </Base.Root>
  )
}
