/** The outline: the configuration as a searchable tree, for screen readers and phones too. */
import { X } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import { OutlineTree, TREE_FOCUS_SELECTOR } from './outline-tree.tsx'
import styles from './outline.module.css'
import { outlineGroups, type ConditionFilter } from './outline-groups.ts'
import { useEndpointConditions } from '../endpoint-condition/use-endpoint-conditions.ts'
import { useDebounced } from '../../ui/browser/use-debounced.ts'

const conditionOptions: readonly { value: ConditionFilter; label: string }[] = [
  { value: 'any', label: 'Any state' },
  { value: 'trouble', label: 'In trouble' },
  { value: 'healthy', label: 'Healthy' },
  { value: 'not asked yet', label: 'Not asked yet' },
  { value: 'no answer yet', label: 'No answer yet' },
  { value: 'cooling', label: 'Cooling' },
  { value: 'partly cooling', label: 'Partly cooling' },
  { value: 'probing', label: 'Probing' },
  { value: 'unhealthy', label: 'Unhealthy' },
  { value: 'disabled', label: 'Disabled' },
  { value: 'not wired', label: 'Not wired' },
]

const ANY_BLOCK = ''
/** Delay of the search, so that the list does not change with every letter. */
const SEARCH_DEBOUNCE_MS = 150

export function Outline() {
  const { workspace } = usePage()
  const state = useGateway((all) => all)
  return (
    <aside className={styles.outline} aria-label="Outline">
      <header className={styles.head}>
        <h2>Outline</h2>
        <IconButton
          label="Close the outline"
          icon={<X />}
          size="small"
          onClick={() => workspace.setOutlineOpen(false)}
        />
      </header>
      {state === undefined ? <Skeleton label="Loading" lines={6} /> : <Contents state={state} />}
    </aside>
  )
}

/** The arrow key moves from the search into the results. */
function enterTree(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key !== 'ArrowDown') return
  event.preventDefault()
  event.currentTarget.closest('aside')?.querySelector<HTMLElement>(TREE_FOCUS_SELECTOR)?.focus()
}

function Contents({ state }: { readonly state: StateView }) {
  const [typed, setTyped] = useState('')
  const [condition, setCondition] = useState<ConditionFilter>('any')
  const [chosen, setChosen] = useState(ANY_BLOCK)
  const search = useRef<HTMLInputElement>(null)
  const searching = useWorkspace((workspace) => workspace.searching)
  useEffect(() => {
    if (searching > 0) search.current?.focus()
  }, [searching])
  const text = useDebounced(typed, SEARCH_DEBOUNCE_MS)
  const blocks = state.incoming_blocks.map(({ id, name }) => ({ value: String(id), label: name }))
  // The block may have been deleted.
  const block = blocks.some(({ value }) => value === chosen) ? chosen : ANY_BLOCK
  const blockId = block === ANY_BLOCK ? undefined : Number(block)
  const groups = outlineGroups(state, useEndpointConditions(state), { text, condition, blockId })
  const isSearching = text.trim() !== '' || condition !== 'any' || blockId !== undefined
  const isEmpty = groups.every(({ items }) => items.length === 0)
  return (
    <>
      <div className={styles.search}>
        <TextField
          ref={search}
          label="Search"
          hideLabel
          type="search"
          placeholder="Search"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={enterTree}
        />
        <div className={styles.filters}>
          <SelectField
            label="State"
            hideLabel
            value={condition}
            options={conditionOptions}
            onValueChange={setCondition}
          />
          <SelectField
            label="Block"
            hideLabel
            value={block}
            options={[{ value: ANY_BLOCK, label: 'Any block' }, ...blocks]}
            onValueChange={setChosen}
          />
        </div>
      </div>
      <div className={styles.groups}>
        <OutlineTree groups={groups} isSearching={isSearching} />
        <p role="status" className={styles.none}>
          {isSearching && isEmpty ? 'Nothing like that is configured.' : ''}
        </p>
      </div>
    </>
  )
}
