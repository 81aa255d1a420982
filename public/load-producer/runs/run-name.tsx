/** A run's name: opens it, and can be written anew in its place. */
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../../ui/icon-button.tsx'
import { TextField } from '../../ui/text-field.tsx'
import type { SavedRun } from '../engine/saved-run.ts'
import { usePage } from '../state/page.tsx'
import styles from './runs.module.css'

export function RunName({ run }: { readonly run: SavedRun }) {
  const { library, workspace } = usePage()
  const [draft, setDraft] = useState<string | null>(null)
  const keep = (): void => {
    const name = draft?.trim() ?? ''
    if (name !== '' && name !== run.name) library.keepRun({ ...run, name })
    setDraft(null)
  }
  if (draft !== null)
    return (
      <TextField
        label={`Name of ${run.name}`}
        hideLabel
        autoFocus
        maxLength={200}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') keep()
          if (event.key === 'Escape') setDraft(null)
        }}
      />
    )
  return (
    <span className={styles.name}>
      <button
        type="button"
        className={styles.link}
        title={run.name}
        onClick={() => workspace.setState({ openRun: run.id })}
      >
        {run.name}
      </button>
      <IconButton
        size="small"
        label={`Rename ${run.name}`}
        icon={<Pencil />}
        onClick={() => setDraft(run.name)}
      />
    </span>
  )
}
