/** Dialogs, menus and toasts of the gallery. */
import { Copy, Ellipsis, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../../../public/ui/buttons/button.tsx'
import { ConfirmDialog } from '../../../../public/ui/overlays/confirm-dialog.tsx'
import { Dialog } from '../../../../public/ui/overlays/dialog.tsx'
import { IconButton } from '../../../../public/ui/buttons/icon-button.tsx'
import { Menu } from '../../../../public/ui/overlays/menu.tsx'
import { TextField } from '../../../../public/ui/fields/text-field.tsx'
import { useToasts } from '../../../../public/ui/overlays/toasts.tsx'
import { useShortcuts } from '../../../../public/ui/shortcuts/use-shortcuts.ts'
import styles from './gallery.module.css'

function Dialogs() {
  const [open, setOpen] = useState<'form' | 'question'>()
  const close = () => setOpen(undefined)
  return (
    <>
      <div className={styles.row}>
        <Button onClick={() => setOpen('form')}>New endpoint</Button>
        <Button variant="danger" onClick={() => setOpen('question')}>
          Delete endpoint
        </Button>
      </div>
      <Dialog
        open={open === 'form'}
        onClose={close}
        title="New endpoint"
        description="One upstream that answers like OpenAI."
        actions={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button variant="primary">Create</Button>
          </>
        }
      >
        <TextField label="Endpoint name" />
        <TextField label="Address" mono />
      </Dialog>
      <ConfirmDialog
        open={open === 'question'}
        title="Delete vllm-eu-1?"
        description="It can be restored for 30 days."
        affected={[
          '2 wires: Production, Batch',
          'chat-frontend prefers it',
          '12 requests in flight will finish',
        ]}
        confirmLabel="Delete vllm-eu-1"
        danger
        onConfirm={close}
        onCancel={close}
      />
    </>
  )
}

export function Overlays() {
  const toasts = useToasts()
  const [count, setCount] = useState(0)
  useShortcuts([{ keys: 'R', run: () => setCount((before) => before + 1) }])
  return (
    <section className={styles.part} aria-label="Overlays">
      <Dialogs />
      <div className={styles.row}>
        <Button
          onClick={() =>
            toasts.success({ title: 'Wire removed', action: { label: 'Undo', onClick: () => setCount(100) } })
          }
        >
          Say it worked
        </Button>
        <Button onClick={() => toasts.info('Connected again')}>Say something</Button>
        <Button
          onClick={() =>
            toasts.error({
              title: 'The endpoint was not saved',
              detail: 'name: an endpoint of this name exists already',
              statusCode: 409,
              requestId: '0b5c7a8e-1f7e-4f1c-9a53-4d6c0f0e8a11',
            })
          }
        >
          Say it failed
        </Button>
        <Menu
          trigger={<IconButton label="More" icon={<Ellipsis />} variant="outlined" />}
          items={[
            { label: 'Duplicate', icon: <Copy />, shortcut: 'Mod+D', onClick: () => setCount(200) },
            { label: 'Export', disabled: true, onClick: () => setCount(300) },
            {
              label: 'Delete',
              icon: <Trash2 />,
              danger: true,
              separated: true,
              onClick: () => setCount(400),
            },
          ]}
        />
      </div>
      <output aria-label="Count">{count}</output>
    </section>
  )
}
