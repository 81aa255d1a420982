/** Marks cards and lines as selected, and what is not connected to them as dimmed; those that do not change keep their identity. */
import { wireKey, type WireRef } from '../../state/node-ref.ts'
import { wiresOfLine, type Line } from './edges.ts'

interface Selectable {
  readonly id: string
  selected?: boolean
}

export const selectIn = <Item extends Selectable>(items: readonly Item[], ids: ReadonlySet<string>): Item[] =>
  items.map((item) => withSelected(item, ids.has(item.id)))

/**
 * Selects the given wires, and the bundles whose wires are all given. A selected preference stays selected while
 * nothing else is: the page's selection does not include preferences.
 */
export function selectLines(
  lines: readonly Line[],
  wires: readonly WireRef[],
  isCardSelected: boolean,
): Line[] {
  const keys = new Set(wires.map(wireKey))
  const keepsPreference = !isCardSelected && keys.size === 0
  return selectedLast(
    lines.map((line) => {
      const own = wiresOfLine(line)
      if (own.length > 0)
        return withSelected(
          line,
          own.every((wire) => keys.has(wireKey(wire))),
        )
      return withSelected(line, keepsPreference && line.selected === true)
    }),
  )
}

/** Selected lines are drawn on top, so that the pointer reaches their ends. */
export const selectedLast = (lines: readonly Line[]): Line[] => [
  ...lines.filter((line) => line.selected !== true),
  ...lines.filter((line) => line.selected === true),
]

const withSelected = <Item extends { selected?: boolean }>(item: Item, selected: boolean): Item =>
  (item.selected ?? false) === selected ? item : { ...item, selected }

export const DIMMED = 'dimmed'

/** @param isLit - whether the item is connected to what is selected. */
export const dimIn = <Item extends { className?: string }>(
  items: readonly Item[],
  isLit: (item: Item) => boolean,
): Item[] =>
  items.map((item) => {
    const className = isLit(item) ? '' : DIMMED
    return (item.className ?? '') === className ? item : { ...item, className }
  })
