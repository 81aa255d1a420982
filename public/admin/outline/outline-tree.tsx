/** The tree of the outline: sections with objects. It is one tab stop; arrow keys and letters move within it. */
import { useId, useMemo, useState, type KeyboardEvent } from 'react'
import { ChevronRight } from 'lucide-react'
import { usePage } from '../state/page/page.tsx'
import { nodeKey, nodeOfKey, parseNoteKey } from '../state/node-ref.ts'
import { OutlineRow } from './outline-row.tsx'
import styles from './outline-tree.module.css'
import { summaryOf, type OutlineGroup, type OutlineKind } from './outline-groups.ts'
import { createTreeKeys, type TreeEntry } from './tree-keys.ts'
import { useFolded } from './use-folded.ts'

interface OutlineTreeProps {
  readonly groups: readonly OutlineGroup[]
  /** Whether a filter is set. */
  readonly isSearching: boolean
}

/** The tree item that gets the focus, also from the search. */
export const TREE_FOCUS_SELECTOR = '[role=tree] [tabindex="0"]'

function entriesOf(groups: readonly OutlineGroup[], isOpen: (kind: OutlineKind) => boolean): TreeEntry[] {
  return groups.flatMap(({ kind, title, items }) => {
    const open = isOpen(kind)
    const children = items.map(({ id, name }) => ({ key: nodeKey({ kind, id }), name, parent: kind }))
    return [{ key: kind, name: title, parent: undefined, open }, ...(open ? children : [])]
  })
}

export function OutlineTree({ groups, isSearching }: OutlineTreeProps) {
  const { workspace } = usePage()
  const prefix = useId()
  const folded = useFolded(isSearching)
  const keys = useMemo(() => createTreeKeys(), [])
  const [last, setLast] = useState<string>()
  const entries = entriesOf(groups, (kind) => !folded.is(kind))
  // The item with the focus may have been folded or filtered out.
  const current = entries.some(({ key }) => key === last) ? last : entries[0]?.key
  const entryProps = (key: string) => ({
    id: `${prefix}${key}`,
    tabIndex: key === current ? 0 : -1,
    onFocus: () => setLast(key),
  })
  const show = (key: string): void => {
    const noteId = parseNoteKey(key)
    if (noteId === undefined) workspace.reveal(nodeOfKey(key))
    else workspace.revealNote(noteId)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || current === undefined) return
    const move = keys.press(event.nativeEvent, entries, current)
    if (move === undefined) return
    event.preventDefault()
    if (move.kind === 'go') document.getElementById(`${prefix}${move.to}`)?.focus()
    else if (move.kind === 'toggle') folded.toggle(move.key as OutlineKind)
    else show(move.key)
  }
  return (
    <ul role="tree" aria-label="Everything that is configured" className={styles.tree} onKeyDown={onKeyDown}>
      {groups.map((group) => (
        <Section
          key={group.kind}
          group={group}
          open={!folded.is(group.kind)}
          onToggle={() => folded.toggle(group.kind)}
          onShow={show}
          entryProps={entryProps}
        />
      ))}
    </ul>
  )
}

interface SectionProps {
  readonly group: OutlineGroup
  readonly open: boolean
  readonly onToggle: () => void
  /** @param key - of the card, note or frame. */
  readonly onShow: (key: string) => void
  readonly entryProps: (key: string) => { readonly id: string; readonly tabIndex: number }
}

function Section({ group, open, onToggle, onShow, entryProps }: SectionProps) {
  const { kind, title, all, items } = group
  const count = items.length === all ? String(all) : `${items.length} of ${all}`
  const states = [count, summaryOf(group)].filter(Boolean).join(' · ')
  return (
    <li role="none" className={styles.section}>
      <div
        role="treeitem"
        aria-level={1}
        aria-expanded={open}
        className={styles.head}
        onClick={onToggle}
        {...entryProps(kind)}
      >
        <ChevronRight aria-hidden="true" className={styles.mark} />
        <span className={styles.title}>{title}</span>{' '}
        <span className={styles.states} title={states}>
          {states}
        </span>
      </div>
      {open && items.length > 0 && (
        <ul role="group" aria-label={title} className={styles.list}>
          {items.map((item) => (
            <OutlineRow
              key={item.id}
              kind={kind}
              item={item}
              onClick={() => onShow(nodeKey({ kind, id: item.id }))}
              {...entryProps(nodeKey({ kind, id: item.id }))}
            />
          ))}
        </ul>
      )}
    </li>
  )
}
