/**
 * Keyboard navigation of a tree with two levels, by the WAI-ARIA practices.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/treeview/
 */

/** A visible entry of the tree. */
export interface TreeEntry {
  readonly key: string
  readonly name: string
  /** Key of the parent entry; undefined at the first level. */
  readonly parent: string | undefined
  /** Whether a section is open; undefined for other entries. */
  readonly open?: boolean
}

type TreeMove =
  | { readonly kind: 'go'; readonly to: string }
  /** Opens or closes the section. */
  | { readonly kind: 'toggle'; readonly key: string }
  | { readonly kind: 'choose'; readonly key: string }

/** Letters typed within this time are one search text. */
const WORD_WITHIN_MS = 700

/** The used part of a KeyboardEvent. */
type Stroke = Pick<KeyboardEvent, 'key' | 'timeStamp'>

export interface TreeKeys {
  /** @returns undefined where the key has no effect. */
  press(stroke: Stroke, entries: readonly TreeEntry[], current: string): TreeMove | undefined
}

export function createTreeKeys(): TreeKeys {
  let typed = ''
  let typedMs = -Infinity

  function find(
    { key, timeStamp }: Stroke,
    entries: readonly TreeEntry[],
    at: number,
  ): TreeEntry | undefined {
    const letter = key.toLowerCase()
    typed = timeStamp - typedMs > WORD_WITHIN_MS ? letter : typed + letter
    typedMs = timeStamp
    // A repeated letter moves to the next entry that starts with it.
    const isSame = [...typed].every((one) => one === letter)
    const sought = isSame ? letter : typed
    const from = isSame ? at + 1 : at
    const order = [...entries.slice(from), ...entries.slice(0, from)]
    return order.find(({ name }) => name.toLowerCase().startsWith(sought))
  }

  const go = (entry: TreeEntry | undefined): TreeMove | undefined => entry && { kind: 'go', to: entry.key }

  return {
    press(stroke, entries, current) {
      const { key } = stroke
      const at = entries.findIndex((entry) => entry.key === current)
      const entry = entries[at]
      if (entry === undefined) return undefined
      const toggle: TreeMove = { kind: 'toggle', key: current }
      switch (key) {
        case 'ArrowDown':
          return go(entries[at + 1] ?? entry)
        case 'ArrowUp':
          return go(entries[at - 1] ?? entry)
        case 'Home':
          return go(entries[0])
        case 'End':
          return go(entries.at(-1))
        case 'ArrowRight':
          if (entry.open === false) return toggle
          return go(entries.find(({ parent }) => parent === current) ?? entry)
        case 'ArrowLeft':
          if (entry.open === true) return toggle
          return go(entries.find((one) => one.key === entry.parent) ?? entry)
        case 'Enter':
        case ' ':
          return entry.open === undefined ? { kind: 'choose', key: current } : toggle
      }
      if (!/^[\p{L}\p{N}_.-]$/u.test(key)) return undefined
      return go(find(stroke, entries, at) ?? entry)
    },
  }
}
