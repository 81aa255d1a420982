/** The command palette: every action, and a way to every card. */
import { Command } from 'cmdk'
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import type { Action } from '../shell/use-actions.tsx'
import { useGateway, usePage, useWorkspace } from '../state/page.tsx'
import type { NodeKind } from '../state/workspace.ts'
import styles from './palette.module.css'

interface PaletteProps {
  readonly actions: readonly Action[]
}

const groups = ['Do', 'Add', 'Show'] as const

export function Palette({ actions }: PaletteProps) {
  const { workspace } = usePage()
  const open = useWorkspace(({ dialog }) => dialog?.name === 'palette')
  return (
    <Dialog open={open} onClose={workspace.closeDialog} title="Commands">
      <Command label="Commands" loop className={styles.palette}>
        <Command.Input placeholder="Search or run a command" className={styles.input} />
        <Command.List className={styles.list}>
          <Command.Empty className={styles.empty}>Nothing of that name.</Command.Empty>
          {groups.map((group) => (
            <Command.Group key={group} heading={group} className={styles.group}>
              {actions
                .filter((action) => action.group === group && action.id !== 'palette')
                .map((action) => (
                  <Entry key={action.id} {...action} />
                ))}
            </Command.Group>
          ))}
          <Cards />
        </Command.List>
      </Command>
    </Dialog>
  )
}

function Entry({ id, label, keys, disabled = false, run }: Action) {
  const { workspace } = usePage()
  return (
    <Command.Item
      value={`${label} ${id}`}
      disabled={disabled}
      className={styles.item}
      onSelect={() => {
        workspace.closeDialog()
        run()
      }}
    >
      <span className={styles.label}>{label}</span>
      {keys !== undefined && <Kbd keys={keys} />}
    </Command.Item>
  )
}

function Cards() {
  const endpoints = useGateway((state) => state.endpoints) ?? []
  const tokens = useGateway((state) => state.client_tokens) ?? []
  const blocks = useGateway((state) => state.incoming_blocks) ?? []
  return (
    <Command.Group heading="Go to" className={styles.group}>
      <Ways kind="endpoint" noun="endpoint" things={endpoints} />
      <Ways kind="token" noun="client token" things={tokens} />
      <Ways kind="block" noun="incoming block" things={blocks} />
    </Command.Group>
  )
}

interface WaysProps {
  readonly kind: NodeKind
  readonly noun: string
  readonly things: readonly { readonly id: number; readonly name: string }[]
}

function Ways({ kind, noun, things }: WaysProps) {
  const { workspace } = usePage()
  return things.map(({ id, name }) => (
    <Command.Item
      key={id}
      value={`${name} ${noun} ${id}`}
      className={styles.item}
      onSelect={() => {
        workspace.closeDialog()
        workspace.reveal({ kind, id })
      }}
    >
      <span className={styles.label}>{name}</span>
      <span className={styles.note}>{noun}</span>
    </Command.Item>
  ))
}
