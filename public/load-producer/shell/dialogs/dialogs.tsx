/** Renders the open dialog, if any. */
import { EditorDialog } from '../../cards/editor/editor-dialog.tsx'
import { useCards, usePage, useWorkspace } from '../../state/page.tsx'
import { BridgeDialog } from './bridge-dialog.tsx'
import { LibraryDialog } from './library-dialog.tsx'
import { SaveProfileDialog } from './save-profile-dialog.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'

export function Dialogs() {
  const { workspace } = usePage()
  const dialog = useWorkspace((state) => state.dialog)
  const cards = useCards()
  const onClose = (): void => workspace.setState({ dialog: null })
  switch (dialog?.name) {
    case undefined:
      return null
    case 'shortcuts':
      return <ShortcutsDialog onClose={onClose} />
    case 'bridge':
      return <BridgeDialog onClose={onClose} />
    case 'library':
      return <LibraryDialog onClose={onClose} />
    case 'save-profile':
      return <SaveProfileDialog onClose={onClose} />
    case 'edit': {
      const card = cards.find(({ id }) => id === dialog.cardId)
      return card ? (
        <EditorDialog key={card.id} card={card} field={dialog.field ?? ''} onClose={onClose} />
      ) : null
    }
  }
}
