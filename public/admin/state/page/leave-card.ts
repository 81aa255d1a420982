/** Leaves the shown card after asking about its unsaved changes. */
import type { Page } from './page.tsx'

/** Calls `goOn` at once, or after the operator has saved or discarded the unsaved changes of the shown card. */
export function leaveCard({ workspace, drafts }: Pick<Page, 'workspace' | 'drafts'>, goOn: () => void): void {
  const { nodes, inspectorOpen } = workspace.getState()
  const [node] = nodes
  const isDrafted = nodes.length === 1 && node !== undefined && drafts.of(node) !== undefined
  if (inspectorOpen && isDrafted) workspace.openDialog({ name: 'unsaved', goOn })
  else goOn()
}
