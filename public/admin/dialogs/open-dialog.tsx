/** Everything that opens over the page: a part of its own, which the first view does not wait for. */
import { ShortcutsDialog } from '../actions/shortcuts-dialog.tsx'
import type { Action } from '../actions/use-actions.tsx'
import { Palette } from '../palette/palette.tsx'
import { Dialogs } from './dialogs.tsx'

export function OpenDialog({ actions }: { readonly actions: readonly Action[] }) {
  return (
    <>
      <Palette actions={actions} />
      <ShortcutsDialog actions={actions} />
      <Dialogs />
    </>
  )
}
