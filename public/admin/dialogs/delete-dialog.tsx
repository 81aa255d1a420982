/** Confirms the deletion of cards, and of notes that are selected with them, and lists its effects. */
import { useState } from 'react'
import type { StateView } from '../../../src/contract/gateway.ts'
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx'
import { compound } from '../state/commands/history.ts'
import { deleteNotes, notesWords } from '../state/commands/note-commands.ts'
import { deleteObject } from '../state/commands/object-commands.ts'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import type { NodeRef } from '../state/node-ref.ts'
import { neighbourOf } from '../state/neighbour-of.ts'
import { nodeName } from '../state/named-objects.ts'
import { deletionEffects } from './deletion-effects.ts'
import { EndRequestsSwitch } from './end-requests-switch.tsx'

interface DeleteDialogProps {
  readonly nodes: readonly NodeRef[]
  readonly noteIds?: readonly number[]
}

export function DeleteDialog({ nodes, noteIds = [] }: DeleteDialogProps) {
  const state = useGateway((all) => all)
  if (state === undefined || nodes.length === 0) return null
  return <Question nodes={nodes} noteIds={noteIds} state={state} />
}

function Question({ nodes, noteIds, state }: Required<DeleteDialogProps> & { readonly state: StateView }) {
  const { call, drafts, workspace } = usePage()
  const { run } = useCommandRunner()
  const [busy, setBusy] = useState(false)
  const [ends, setEnds] = useState(false)
  const dialog = useWorkspace((view) => view.dialog)
  const [only] = nodes
  const notes = state.canvas_notes.filter(({ id }) => noteIds.includes(id))
  const cards = nodes.length === 1 && only !== undefined ? nodeName(state, only) : `${nodes.length} cards`
  const what = notes.length === 0 ? cards : `${cards} and ${notesWords(notes)}`
  const confirm = async (): Promise<void> => {
    setBusy(true)
    const lost = nodes.flatMap((node) => drafts.of(node) ?? [])
    for (const node of nodes) drafts.drop(node)
    const commands = [
      ...nodes.map((node) => deleteObject(call, node, nodeName(state, node), ends)),
      ...(notes.length > 0 ? [deleteNotes(call, notes)] : []),
    ]
    const [first] = commands
    const command =
      commands.length === 1 && first !== undefined ? first : compound(`delete ${what}`, commands)
    const done = await run(command, `deleted ${what}`)
    setBusy(false)
    workspace.finishDialog(dialog)
    const next = neighbourOf(state, nodes)
    if (done) {
      workspace.select([])
      if (next !== undefined) workspace.askFocus(next)
    } else for (const draft of lost) drafts.put(draft.node, draft)
  }
  return (
    <ConfirmDialog
      open
      danger
      busy={busy}
      title={`Delete ${what}?`}
      description="It can be undone, here or for 30 days by the admin API."
      affected={deletionEffects(state, nodes)}
      confirmLabel="Delete"
      onConfirm={() => void confirm()}
      onCancel={workspace.closeDialog}
    >
      {nodes.some(({ kind }) => kind === 'endpoint') && (
        <EndRequestsSwitch checked={ends} onChange={setEnds} />
      )}
    </ConfirmDialog>
  )
}
