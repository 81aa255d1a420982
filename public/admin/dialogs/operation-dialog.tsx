/** Confirms an operation on the balancer that cannot be undone. */
import { useState } from 'react'
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx'
import type { Operation } from '../state/commands/gateway-operations.ts'
import { usePage, useWorkspace } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'

export function OperationDialog({ operation }: { readonly operation: Operation }) {
  const { call, queries, workspace } = usePage()
  const { attempt } = useCommandRunner()
  const [busy, setBusy] = useState(false)
  const dialog = useWorkspace((view) => view.dialog)
  const { path, question, affected, label, danger, done } = operation
  const runOperation = async (): Promise<void> => {
    setBusy(true)
    await attempt(() => call('POST', path), done)
    workspace.finishDialog(dialog)
    await queries.invalidateQueries()
  }
  return (
    <ConfirmDialog
      open
      title={question}
      affected={affected}
      confirmLabel={label}
      danger={danger}
      busy={busy}
      onConfirm={() => void runOperation()}
      onCancel={workspace.closeDialog}
    />
  )
}
