/** The graph as a list: the screen reader's and the phone's way through it. */
import { X } from 'lucide-react'
import { useDeferredValue, useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Section } from '../../ui/section.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { useGateway, usePage, useWorkspace } from '../state/page.tsx'
import { OutlineRow } from './outline-row.tsx'
import styles from './outline.module.css'
import { rowsOf, type OutlineFilter, type OutlineGroup } from './rows.ts'

const filters: readonly { value: OutlineFilter; label: string }[] = [
  { value: 'all', label: 'Everything' },
  { value: 'trouble', label: 'In trouble' },
  { value: 'unused', label: 'Not wired, disabled' },
]

/** Arrow keys go from row to row, whatever section they are in. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0 || (event.target as Element).closest('select') !== null) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = rows[at === -1 && step === 1 ? 0 : at + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}

export function Outline() {
  const { workspace } = usePage()
  const state = useGateway((all) => all)
  return (
    <aside className={styles.outline} aria-label="Outline" onKeyDown={moveFocus}>
      <header className={styles.head}>
        <h2>Outline</h2>
        <IconButton
          label="Close the outline"
          icon={<X />}
          size="small"
          onClick={() => workspace.setOutlineOpen(false)}
        />
      </header>
      {state === undefined ? <Skeleton label="Loading" lines={6} /> : <Groups state={state} />}
    </aside>
  )
}

function Groups({ state }: { readonly state: StateView }) {
  const [text, setText] = useState('')
  const [filter, setFilter] = useState<OutlineFilter>('all')
  const search = useRef<HTMLInputElement>(null)
  const searching = useWorkspace((workspace) => workspace.searching)
  useEffect(() => {
    if (searching > 0) search.current?.focus()
  }, [searching])
  const { live } = usePage()
  // Typing comes first; the list follows.
  const groups = rowsOf(state, live, useDeferredValue(text), filter)
  return (
    <>
      <div className={styles.search}>
        <TextField
          ref={search}
          label="Search"
          hideLabel
          type="search"
          placeholder="Search"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <SelectField label="Filter" hideLabel value={filter} options={filters} onValueChange={setFilter} />
      </div>
      <div className={styles.groups}>
        {groups.map((group) => (
          <Group key={group.kind} group={group} />
        ))}
      </div>
    </>
  )
}

function Group({ group }: { readonly group: OutlineGroup }) {
  return (
    <Section name={`outline.${group.kind}`} title={group.title} note={group.rows.length}>
      {group.rows.length === 0 ? (
        <p className={styles.none}>None</p>
      ) : (
        <ul className={styles.list}>
          {group.rows.map((row) => (
            <OutlineRow key={row.id} kind={group.kind} row={row} />
          ))}
        </ul>
      )}
    </Section>
  )
}
