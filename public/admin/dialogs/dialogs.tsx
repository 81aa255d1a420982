/** Renders the dialog that the workspace has open. */
import { useWorkspace } from '../state/page/page.tsx'
import { AliasDialog } from '../models/alias-dialog.tsx'
import { CreatedToken } from './creation/created-token.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { DisableDialog } from './disable-dialog.tsx'
import { NewBlock } from './creation/new-block.tsx'
import { NewEndpoint } from './creation/new-endpoint.tsx'
import { NewToken } from './creation/new-token.tsx'
import { RenameGroup } from './rename-group.tsx'
import { SignOutDialog } from './sign-out-dialog.tsx'
import { OperationDialog } from './operation-dialog.tsx'

export function Dialogs() {
  const dialog = useWorkspace((workspace) => workspace.dialog)
  if (dialog?.name === 'new-endpoint') return <NewEndpoint blockId={dialog.blockId} />
  if (dialog?.name === 'new-block') return <NewBlock />
  if (dialog?.name === 'rename-group') return <RenameGroup group={dialog.group} />
  if (dialog?.name === 'alias') return <AliasDialog aliasId={dialog.aliasId} />
  if (dialog?.name === 'new-token') return <NewToken />
  if (dialog?.name === 'created-token') return <CreatedToken {...dialog.created} />
  if (dialog?.name === 'delete') return <DeleteDialog {...dialog} />
  if (dialog?.name === 'disable') return <DisableDialog {...dialog} />
  if (dialog?.name === 'upkeep') return <OperationDialog operation={dialog.operation} />
  if (dialog?.name === 'sign-out') return <SignOutDialog />
  return null
}
