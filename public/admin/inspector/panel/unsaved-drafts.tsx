/** Cards that have unsaved changes, and are not the one that is shown: a draft is never out of sight. */
import { useStore } from 'zustand'
import { Button } from '../../../ui/buttons/button.tsx'
import { useGateway, usePage, useWorkspace } from '../../state/page/page.tsx'
import { nodeKey, type NodeKind } from '../../state/node-ref.ts'
import styles from './panel.module.css'

export function UnsavedDrafts() {
  const { drafts, workspace } = usePage()
  const all = useStore(drafts)
  const state = useGateway((whole) => whole)
  const selected = useWorkspace(({ nodes }) => (nodes.length === 1 ? nodes[0] : undefined))
  const things = (kind: NodeKind, objects: readonly { readonly id: number; readonly name: string }[] = []) =>
    objects.map(({ id, name }) => ({ kind, id, name }))
  const unsaved = [
    ...things('endpoint', state?.endpoints),
    ...things('block', state?.incoming_blocks),
    ...things('token', state?.client_tokens),
  ].filter((node) => nodeKey(node) in all && !(selected && nodeKey(selected) === nodeKey(node)))
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
