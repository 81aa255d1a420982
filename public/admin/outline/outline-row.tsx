/** One object in the outline: condition, name, connected objects; a click shows it on the canvas. */
import type { ComponentProps } from 'react'
import { ConditionDot } from '../endpoint-condition/condition-dot.tsx'
import { useWorkspace } from '../state/page/page.tsx'
import { nodeKey, noteKey } from '../state/node-ref.ts'
import styles from './outline-tree.module.css'
import type { OutlineItem, OutlineKind } from './outline-groups.ts'

interface OutlineRowProps extends ComponentProps<'li'> {
  readonly kind: OutlineKind
  readonly item: OutlineItem
}

export function OutlineRow({ kind, item, ...entry }: OutlineRowProps) {
  const { id, name, condition, joined } = item
  const key = nodeKey({ kind, id })
  const selected = useWorkspace(
    ({ nodes, notes }) =>
      nodes.some((one) => nodeKey(one) === key) || notes.some((one) => noteKey(one) === key),
  )
  return (
    <li role="treeitem" aria-level={2} aria-selected={selected} className={styles.row} {...entry}>
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
