/** Shows the value of a new client token once, with examples of its use. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { CopyButton } from '../../../ui/buttons/copy-button.tsx'
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import { Segmented } from '../../../ui/buttons/segmented.tsx'
import { usePage } from '../../state/page/page.tsx'
import type { CreatedTokenValue } from '../../state/workspace/workspace.ts'
import styles from '../dialogs.module.css'
import { snippets } from './snippets.ts'

const languages = [
  { value: 'curl', label: 'curl' },
  { value: 'python', label: 'Python' },
  { value: 'javascript', label: 'JavaScript' },
] as const

interface ModelList {
  readonly data: readonly { readonly id: string }[]
}

export function CreatedToken({ id, name, token }: CreatedTokenValue) {
  const { queries, workspace } = usePage()
  const close = (): void => {
    workspace.closeDialog()
    workspace.reveal({ kind: 'token', id })
    workspace.askFocus({ kind: 'token', id })
  }
  const [language, setLanguage] = useState<(typeof languages)[number]['value']>('curl')
  // Requested with the new token: the example then names a model that it can use.
  const { data } = useQuery(
    {
      queryKey: ['models', token],
      queryFn: async () => {
        const response = await fetch('/v1/models', { headers: { authorization: `Bearer ${token}` } })
        return (response.ok ? await response.json() : { data: [] }) as ModelList
      },
      gcTime: 0,
    },
    queries,
  )
  const text = snippets(location.origin, token, data?.data[0]?.id ?? 'your-model')[language]
  return (
    <Dialog
      open
      alert
      // Only the button closes the dialog: an accidental Esc would lose the only copy.
      onClose={() => undefined}
      title={`Client token ${name}`}
      description="Copy it now: it is kept as a digest only and cannot be shown again."
      actions={
        <Button variant="primary" onClick={close}>
          I have copied it
        </Button>
      }
    >
      <div className={styles.form}>
        <div className={styles.secret}>
          <code>{token}</code>
          <CopyButton text={token} label="Copy token" />
        </div>
        <Segmented label="Example" value={language} options={languages} onChange={setLanguage} />
        <div className={styles.snippet}>
          {/* It scrolls where there is little room: by keyboard too. */}
          <pre role="region" aria-label={`Example for ${language}`} tabIndex={0}>
            {text}
          </pre>
          <CopyButton text={text} label="Copy example" />
        </div>
      </div>
    </Dialog>
  )
}
