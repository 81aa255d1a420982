/** The command palette: all actions and all cards, recently used commands first. */
import { Command } from 'cmdk'
import { useState } from 'react'
import { Dialog } from '../../ui/overlays/dialog.tsx'
import { Kbd } from '../../ui/shortcuts/kbd.tsx'
import type { Action } from '../actions/use-actions.tsx'
import { usePage, useWorkspace } from '../state/page/page.tsx'
import styles from './palette.module.css'
import { useCommands, type CommandGroup, type PaletteCommand } from './use-commands.ts'

interface PaletteProps {
  readonly actions: readonly Action[]
}

export function Palette({ actions }: PaletteProps) {
  const { workspace } = usePage()
  const open = useWorkspace(({ dialog }) => dialog?.name === 'palette')
  // Unmounted at once, so that a palette that is opened again starts anew.
  if (!open) return null
  return (
    <Dialog open onClose={workspace.closeDialog} title="Commands">
      <Commands actions={actions} />
    </Dialog>
  )
}

function Commands({ actions }: PaletteProps) {
  const [text, setText] = useState('')
  const groups = useCommands(actions, text)
  const recent = useRecent(groups)
  return (
    <Command label="Commands" loop className={styles.palette}>
      <Command.Input
        placeholder="Search or run a command"
        className={styles.input}
        value={text}
        onValueChange={setText}
      />
      <Command.List className={styles.list}>
        <Command.Empty className={styles.empty}>Nothing of that name.</Command.Empty>
        {text === '' && <Group {...recent} />}
        {groups.map((group) => (
          <Group key={group.heading} {...group} />
        ))}
      </Command.List>
    </Command>
  )
}

/** The recent commands that are available now. */
function useRecent(groups: readonly CommandGroup[]): CommandGroup {
  const { recentCommands } = usePage()
  const all = groups.flatMap(({ commands }) => commands)
  const found = recentCommands.read().flatMap((id) => all.find((command) => command.id === id) ?? [])
  return { heading: 'Recent', commands: found.filter(({ disabled = false }) => !disabled) }
}

function Group({ heading, commands }: CommandGroup) {
  if (commands.length === 0) return null
  return (
    <Command.Group heading={heading} className={styles.group}>
      {commands.map((command) => (
        <Entry key={command.id} heading={heading} {...command} />
      ))}
    </Command.Group>
  )
}

function Entry({
  id,
  heading,
  label,
  note,
  keys,
  disabled = false,
  run,
}: PaletteCommand & { readonly heading: string }) {
  const { workspace, recentCommands } = usePage()
  return (
    <Command.Item
      // Values must be unique; text at the start of a value ranks highest.
      value={`${label} ${note ?? ''} ${id} ${heading}`}
      disabled={disabled}
      className={styles.item}
      onSelect={() => {
        recentCommands.add(id)
        workspace.closeDialog()
        run()
      }}
    >
      <span className={styles.label}>{label}</span>
      {note !== undefined && <span className={styles.note}>{note}</span>}
      {keys !== undefined && <Kbd keys={keys} />}
    </Command.Item>
  )
}
