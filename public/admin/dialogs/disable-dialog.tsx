/** Disables endpoints that have requests in flight, and asks whether these finish or end. */
import { useState } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { count } from '../../ui/format/figures.ts'
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx'
import { setEnabled } from '../state/commands/object-commands.ts'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import { EndRequestsSwitch } from './end-requests-switch.tsx'

interface DisableDialogProps {
  readonly endpointIds: readonly number[]
  /** Whether the requests in flight end, as chosen at first. */
  readonly ends?: boolean
}

export function DisableDialog({ endpointIds, ends = false }: DisableDialogProps) {
  const state = useGateway((all) => all)
  const endpoints = state?.endpoints.filter(({ id, enabled }) => enabled && endpointIds.includes(id)) ?? []
  return endpoints.length === 0 ? null : <Question endpoints={endpoints} endsAtFirst={ends} />
}

interface QuestionProps extends Pick<StateView, 'endpoints'> {
  readonly endsAtFirst: boolean
}

function Question({ endpoints, endsAtFirst }: QuestionProps) {
  const { call, live, workspace } = usePage()
  const { run } = useCommandRunner()
  const [busy, setBusy] = useState(false)
  const [ends, setEnds] = useState(endsAtFirst)
  const dialog = useWorkspace((view) => view.dialog)
  const [only] = endpoints
  const what = endpoints.length === 1 && only ? only.name : `${endpoints.length} endpoints`
  const confirm = async (): Promise<void> => {
    setBusy(true)
    await run(setEnabled(call, endpoints, false, ends), `disabled ${what}`)
    workspace.finishDialog(dialog)
  }
  return (
    <ConfirmDialog
      open
      danger={ends}
      busy={busy}
      title={`Disable ${what}?`}
      affected={endpoints.map(({ id, name, inflight }) => {
        const held = live.get('endpoint', String(id))?.inflight ?? inflight
        return `${name}: ${count(held)} in flight`
      })}
      confirmLabel="Disable"
      onConfirm={() => void confirm()}
      onCancel={workspace.closeDialog}
    >
      <EndRequestsSwitch checked={ends} onChange={setEnds} />
    </ConfirmDialog>
  )
}
