/** The menu of further actions for a card. */
import { Bookmark, Copy, Ellipsis, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { Menu } from '../../ui/overlays/menu.tsx'
import { useToasts } from '../../ui/overlays/toasts.tsx'
import type { Card } from '../state/card.ts'
import { usePage } from '../state/page.tsx'

export function CardMenu({ card }: { readonly card: Card }) {
  const { cards, library, workspace } = usePage()
  const toasts = useToasts()
  const [isConfirming, setConfirming] = useState(false)
  const { name } = card.scenario
  const remove = (): void => {
    const at = cards.getState().cards.findIndex(({ id }) => id === card.id)
    cards.remove(card)
    setConfirming(false)
    toasts.info({
      title: `${name} deleted`,
      action: { label: 'Undo', onClick: () => void cards.add(card.scenario, at) },
    })
  }
  return (
    <>
      <Menu
        trigger={<IconButton label={`More for ${name}`} icon={<Ellipsis />} variant="outlined" />}
        items={[
          {
            label: 'Edit',
            icon: <Pencil />,
            onClick: () => workspace.setState({ dialog: { name: 'edit', cardId: card.id } }),
          },
          { label: 'Duplicate', icon: <Copy />, onClick: () => void cards.add(card.scenario) },
          {
            label: 'Save as model configuration',
            icon: <Bookmark />,
            onClick() {
              library.saveConfiguration(card.scenario)
              toasts.success({ title: `${name} saved as a model configuration`, detail: 'Without its key' })
            },
          },
          {
            label: 'Delete',
            icon: <Trash2 />,
            danger: true,
            separated: true,
            onClick: () => (cards.isRunning(card.id) ? setConfirming(true) : remove()),
          },
        ]}
      />
      <ConfirmDialog
        open={isConfirming}
        title={`Delete ${name} while it runs?`}
        description="What is in flight is cancelled. The run so far is kept under Runs."
        confirmLabel="Stop and delete"
        danger
        onConfirm={remove}
        onCancel={() => setConfirming(false)}
      />
    </>
  )
}
