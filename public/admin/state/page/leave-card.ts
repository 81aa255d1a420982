/** The way out of a card: unsaved changes are asked about first. */
import type { Page } from './page.tsx'

/** Goes on at once; or, where the card that is shown has unsaved changes, once it is said what becomes of them. */
export function leaveCard({ workspace, drafts }: Pick<Page, 'workspace' | 'drafts'>, goOn: () => void): void {
  const { nodes, inspectorOpen } = workspace.getState()
  const [node] = nodes
  const isDrafted = nodes.length === 1 && node !== undefined && drafts.of(node) !== undefined
  if (inspectorOpen && isDrafted) workspace.openDialog({ name: 'unsaved', goOn })
  else goOn()
}
