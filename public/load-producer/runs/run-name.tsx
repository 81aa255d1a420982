/** The name of a run: a link to its details, with inline renaming. */
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import type { SavedRun } from '../../../src/load-engine/model/saved-run.ts'
import { usePage } from '../state/page.tsx'
import styles from './runs.module.css'

export function RunName({ run }: { readonly run: SavedRun }) {
  const { library, workspace } = usePage()
  const [draft, setDraft] = useState<string | null>(null)
  const save = (): void => {
    const name = draft?.trim() ?? ''
    if (name !== '' && name !== run.name) library.saveRun({ ...run, name })
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
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save()
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
