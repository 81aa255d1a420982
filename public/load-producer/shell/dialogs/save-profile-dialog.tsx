/** The dialog that saves all cards as a profile. */
import { useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import { makeProfile } from '../../../../src/load-engine/model/profile.ts'
import { useCards, useLibrary, usePage } from '../../state/page.tsx'
import { hasServerProfiles, writeServerProfile } from '../../profiles/server-profiles.ts'

export function SaveProfileDialog({ onClose }: { readonly onClose: () => void }) {
  const { library } = usePage()
  const { profiles } = useLibrary()
  const cards = useCards()
  const toasts = useToasts()
  const [name, setName] = useState('')
  const trimmedName = name.trim()
  const replaces = profiles.some((profile) => profile.name === trimmedName)
  const save = async (): Promise<void> => {
    const profile = makeProfile(
      trimmedName,
      cards.map(({ scenario }) => scenario),
    )
    library.putProfile(profile)
    onClose()
    const failure = hasServerProfiles() ? await writeServerProfile(profile) : undefined
    if (failure === undefined) toasts.success(`Profile ${trimmedName} saved`)
    else toasts.error({ title: `Profile ${trimmedName} is kept in this browser alone`, detail: failure })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      size="small"
      title="Save as profile"
      description={`All ${cards.length} cards, without their keys.`}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="save-profile" variant="primary" disabled={trimmedName === ''}>
            {replaces ? 'Replace' : 'Save'}
          </Button>
        </>
      }
    >
      <form
        id="save-profile"
        onSubmit={(event) => {
          event.preventDefault()
          if (trimmedName !== '') void save()
        }}
      >
        <TextField
          label="Name"
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          hint={replaces ? 'There is a profile of this name; it will be replaced.' : undefined}
        />
      </form>
    </Dialog>
  )
}
