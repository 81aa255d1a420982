/** Asks before something is done to the balancer as a whole that cannot be undone. */
import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import type { Operation } from '../settings/operations.ts'
import { usePage } from '../state/page.tsx'
import { useRun } from '../state/use-run.ts'

export function UpkeepDialog({ operation }: { readonly operation: Operation }) {
  const { call, queries, workspace } = usePage()
  const { attempt } = useRun()
  const [busy, setBusy] = useState(false)
  const { path, question, affected, label, danger, done } = operation
  const carryOut = async (): Promise<void> => {
    setBusy(true)
    await attempt(() => call('POST', path), done)
    workspace.closeDialog()
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
      onConfirm={() => void carryOut()}
      onCancel={workspace.closeDialog}
    />
  )
}
