/** Links to the other cards that have unsaved changes. */
import { useStore } from 'zustand'
import { Button } from '../../../ui/buttons/button.tsx'
import { useGateway, usePage, useWorkspace } from '../../state/page/page.tsx'
import { namedNodes } from '../../state/named-objects.ts'
import { nodeKey, sameNode } from '../../state/node-ref.ts'
import styles from './panel.module.css'

export function UnsavedDrafts() {
  const { drafts, workspace } = usePage()
  const all = useStore(drafts)
  const state = useGateway((whole) => whole)
  const selected = useWorkspace(({ nodes }) => (nodes.length === 1 ? nodes[0] : undefined))
  const unsaved = (state === undefined ? [] : namedNodes(state)).filter(
    (node) => nodeKey(node) in all && !(selected && sameNode(selected, node)),
  )
  if (unsaved.length === 0) return null
  return (
    <div role="status" className={styles.unsaved}>
      <span>Not saved yet:</span>
      {unsaved.map((node) => (
        <Button key={nodeKey(node)} size="small" onClick={() => workspace.reveal(node)}>
          {node.name}
        </Button>
      ))}
    </div>
  )
}
