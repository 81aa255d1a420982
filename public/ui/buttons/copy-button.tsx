/** A button that copies a text and reports the result. */
import { Check, Copy, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import hiding from '../styles/visually-hidden.module.css'
import { copyText } from '../browser/copy-text.ts'
import { IconButton } from './icon-button.tsx'

interface CopyButtonProps {
  readonly text: string
  /** The text of the button, such as `Copy token`; with `iconOnly` its tooltip. */
  readonly label?: string
  readonly iconOnly?: boolean
  readonly size?: 'small' | 'medium'
}

/** How long the result is shown. */
const OUTCOME_MS = 2000

export function CopyButton({ text, label = 'Copy', iconOnly = false, size = 'small' }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null)
  useEffect(() => {
    if (outcome === null) return
    const timer = setTimeout(() => setOutcome(null), OUTCOME_MS)
    return () => clearTimeout(timer)
  }, [outcome])

  const icon = outcome === 'copied' ? <Check /> : outcome === 'failed' ? <X /> : <Copy />
  const statusText = outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Copying failed' : ''
  const copy = async () => setOutcome((await copyText(text)) ? 'copied' : 'failed')
  return (
    <>
      {iconOnly ? (
        <IconButton label={statusText || label} icon={icon} size={size} onClick={copy} />
      ) : (
        <Button icon={icon} size={size} onClick={copy}>
          {statusText || label}
        </Button>
      )}
      <span role="status" className={hiding.hidden}>
        {statusText}
      </span>
    </>
  )
}
