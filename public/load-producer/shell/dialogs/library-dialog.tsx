/** The dialog of saved profiles and model configurations: open or add, export, delete. */
import { Download, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.tsx'
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import { EmptyState } from '../../../ui/display/empty-state.tsx'
import { IconButton } from '../../../ui/buttons/icon-button.tsx'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import type { Profile } from '../../../../src/load-engine/model/profile.ts'
import { saveFile } from '../../../ui/browser/save-file.ts'
import { fileName } from '../../files/file-name.ts'
import { useLibrary, useLive, usePage } from '../../state/page.tsx'
import {
  deleteServerProfile,
  hasServerProfiles,
  readServerProfiles,
  writeServerProfile,
} from '../../profiles/server-profiles.ts'
import styles from './library-dialog.module.css'
import { useOpenProfile } from '../../profiles/use-open-profile.ts'

interface RowProps {
  readonly name: string
  readonly note: string
  readonly actionLabel: string
  readonly onAction: () => void
  readonly file: object
  readonly onDelete: () => void
}

function Row({ name, note, actionLabel, onAction, file, onDelete }: RowProps) {
  const save = (): void =>
    saveFile(fileName(name, '.json'), 'application/json', JSON.stringify(file, null, 2))
  return (
    <li className={styles.row}>
      <span className={styles.name}>{name}</span>
      <span className={styles.note}>{note}</span>
      <Button size="small" onClick={onAction} aria-label={`${actionLabel} ${name}`}>
        {actionLabel}
      </Button>
      <IconButton size="small" label={`Export ${name}`} icon={<Download />} onClick={save} />
      <IconButton
        size="small"
        label={`Delete ${name}`}
        icon={<Trash2 />}
        variant="danger"
        onClick={onDelete}
      />
    </li>
  )
}

/** @returns the profiles of the browser and the server (the browser wins on equal names), and a function that hides one of the server. */
function useProfiles(): [readonly Profile[], (name: string) => void] {
  const { profiles } = useLibrary()
  const [serverProfiles, setServerProfiles] = useState<readonly Profile[]>([])
  useEffect(() => {
    void readServerProfiles().then(setServerProfiles, () => undefined)
  }, [])
  const localNames = new Set(profiles.map(({ name }) => name))
  const hideServerProfile = (name: string): void =>
    setServerProfiles((before) => before.filter((one) => one.name !== name))
  return [[...profiles, ...serverProfiles.filter(({ name }) => !localNames.has(name))], hideServerProfile]
}

export function LibraryDialog({ onClose }: { readonly onClose: () => void }) {
  const [profiles, hideServerProfile] = useProfiles()
  const { configurations } = useLibrary()
  const { library, cards } = usePage()
  const running = useLive((live) => live.total?.running ?? 0)
  const openProfile = useOpenProfile()
  const toasts = useToasts()
  const [pendingProfile, setPendingProfile] = useState<Profile | null>(null)
  const open = (profile: Profile): void => {
    openProfile(profile)
    onClose()
  }
  const showDeleted = (name: string, undo: () => void): void =>
    toasts.info({ title: `${name} deleted`, action: { label: 'Undo', onClick: undo } })
  return (
    <Dialog open onClose={onClose} title="Profiles and model configurations">
      <h3 className={styles.heading}>Profiles</h3>
      {profiles.length === 0 && (
        <EmptyState title="No profiles">A profile keeps all cards under one name, without keys.</EmptyState>
      )}
      <ul className={styles.list} aria-label="Profiles">
        {profiles.map((profile) => (
          <Row
            key={profile.name}
            name={profile.name}
            note={`${profile.cards.length} cards`}
            actionLabel="Open"
            file={profile}
            onAction={() => (running > 0 ? setPendingProfile(profile) : open(profile))}
            onDelete={() => {
              library.removeProfile(profile.name)
              hideServerProfile(profile.name)
              if (hasServerProfiles()) void deleteServerProfile(profile.name)
              showDeleted(profile.name, () => {
                library.putProfile(profile)
                if (hasServerProfiles()) void writeServerProfile(profile)
              })
            }}
          />
        ))}
      </ul>
      <h3 className={styles.heading}>Model configurations</h3>
      {configurations.length === 0 && (
        <EmptyState title="No model configurations">One card, kept from its menu.</EmptyState>
      )}
      <ul className={styles.list} aria-label="Model configurations">
        {configurations.map((file) => (
          <Row
            key={file.card.name}
            name={file.card.name}
            note={file.card.model}
            actionLabel="Add"
            file={file}
            onAction={() => {
              cards.add({ ...file.card, key: '' })
              onClose()
            }}
            onDelete={() => {
              library.removeConfiguration(file.card.name)
              showDeleted(file.card.name, () => library.putConfiguration(file))
            }}
          />
        ))}
      </ul>
      <ConfirmDialog
        open={pendingProfile !== null}
        title={`Stop what is running and open ${pendingProfile?.name ?? ''}?`}
        description="What is in flight is cancelled. The run so far is kept under Runs."
        confirmLabel="Stop and open"
        danger
        onConfirm={() => pendingProfile && open(pendingProfile)}
        onCancel={() => setPendingProfile(null)}
      />
    </Dialog>
  )
}
