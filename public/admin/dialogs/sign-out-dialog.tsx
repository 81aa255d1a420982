/** Confirms the sign-out where there are unsaved changes. */
import { useState } from 'react'
import { useStore } from 'zustand'
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import { nodeName } from '../state/named-objects.ts'

export function SignOutDialog() {
  const { drafts, session, workspace } = usePage()
  const { attempt } = useCommandRunner()
  const [busy, setBusy] = useState(false)
  const dialog = useWorkspace((view) => view.dialog)
  const state = useGateway((all) => all)
  const unsaved = Object.values(useStore(drafts))
  const signOut = async (): Promise<void> => {
    setBusy(true)
    await attempt(() => session.signOut())
    setBusy(false)
    workspace.finishDialog(dialog)
  }
  return (
    <ConfirmDialog
      open
      danger
      busy={busy}
      title="Sign out without saving?"
      description="Unsaved changes will be lost:"
      affected={state === undefined ? [] : unsaved.map(({ node }) => nodeName(state, node))}
      confirmLabel="Discard and sign out"
      cancelLabel="Stay"
      onConfirm={() => void signOut()}
      onCancel={workspace.closeDialog}
    />
  )
}
