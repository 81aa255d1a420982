/** One object in the outline: condition, name, connected objects; a click shows it on the canvas. */
import type { ComponentProps } from 'react'
import { ConditionDot } from '../endpoint-condition/condition-dot.tsx'
import { usePage, useWorkspace } from '../state/page/page.tsx'
import { sameNode, type NodeKind } from '../state/node-ref.ts'
import styles from './outline-tree.module.css'
import type { OutlineItem } from './outline-groups.ts'

interface OutlineRowProps extends ComponentProps<'li'> {
  readonly kind: NodeKind
  readonly item: OutlineItem
}

export function OutlineRow({ kind, item, ...entry }: OutlineRowProps) {
  const { workspace } = usePage()
  const { id, name, condition, joined } = item
  const node = { kind, id }
  const selected = useWorkspace(({ nodes }) => nodes.some((one) => sameNode(one, node)))
  return (
    <li
      role="treeitem"
      aria-level={2}
      aria-selected={selected}
      className={styles.row}
      onClick={() => workspace.reveal(node)}
      {...entry}
    >
      {condition !== undefined && <ConditionDot condition={condition} hidden />}
      <span className={styles.words}>
        <span className={styles.name}>{name}</span>{' '}
        <span className={styles.joined}>
          {condition !== undefined && <span data-condition={condition}>{condition} · </span>}
          {joined}
        </span>
      </span>
    </li>
  )
}
