/** One thing in the outline: its state, its name, what it is joined to; a press shows it on the canvas. */
import { StatusDot } from '../../ui/status-dot.tsx'
import { endpointCondition } from '../canvas/endpoint-condition.ts'
import { useGateway, useLive, usePage, useWorkspace } from '../state/page.tsx'
import { sameNode, type NodeKind } from '../state/workspace.ts'
import styles from './outline.module.css'
import type { OutlineItem } from './rows.ts'
import { toneOf } from './tone-of.ts'

export function OutlineRow({ kind, row }: { readonly kind: NodeKind; readonly row: OutlineItem }) {
  const { workspace } = usePage()
  const node = { kind, id: row.id }
  const selected = useWorkspace(({ nodes }) => nodes.some((one) => sameNode(one, node)))
  return (
    <li>
      <button
        type="button"
        data-row
        aria-current={selected || undefined}
        className={styles.row}
        onClick={() => workspace.reveal(node)}
      >
        {kind === 'endpoint' && <Condition id={row.id} />}
        <span className={styles.words}>
          <span className={styles.name}>{row.name}</span>
          <span className={styles.joined}>{row.joined}</span>
        </span>
      </button>
    </li>
  )
}

function Condition({ id }: { readonly id: number }) {
  const endpoint = useGateway((state) => state.endpoints.find((one) => one.id === id))
  const live = useLive('endpoint', String(id))
  if (endpoint === undefined) return null
  const { condition } = endpointCondition(endpoint, live)
  return <StatusDot tone={toneOf[condition]} label={condition} />
}
