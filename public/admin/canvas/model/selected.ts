/** Marks cards and lines as selected; those that do not change keep their identity. */
import type { WireRef } from '../../state/node-ref.ts'
import { wireEdgeId, type Line } from './edges.ts'

interface Selectable {
  readonly id: string
  selected?: boolean
}

export const selectIn = <Item extends Selectable>(items: readonly Item[], ids: ReadonlySet<string>): Item[] =>
  items.map((item) => withSelected(item, ids.has(item.id)))

/**
 * Selects the given wires. A selected preference stays selected while nothing else is: the page's selection does not
 * include preferences.
 */
export function selectLines(
  lines: readonly Line[],
  wires: readonly WireRef[],
  isCardSelected: boolean,
): Line[] {
  const ids = new Set(wires.map(wireEdgeId))
  const keepsPreference = !isCardSelected && ids.size === 0
  return selectedLast(
    lines.map((line) => {
      const stays = keepsPreference && line.type !== 'wire' && line.selected === true
      return withSelected(line, stays || ids.has(line.id))
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
