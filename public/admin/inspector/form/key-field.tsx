/** The input of the upstream key, which is never shown, only replaced or removed. */
import { useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import type { DraftForm } from './use-draft.ts'

interface KeyFieldProps {
  readonly form: DraftForm
  /** Preview of the stored key; undefined where there is none. */
  readonly preview: string | undefined
}

export function KeyField({ form, preview }: KeyFieldProps) {
  const [replacing, setReplacing] = useState(false)
  const typed = form.valueOf('api_key')
  const isRemoved = typed === ''
  const isTyping = preview === undefined || replacing || (typeof typed === 'string' && !isRemoved)
  const keep = (): void => {
    setReplacing(false)
    form.set('api_key', undefined)
  }
  const words = isRemoved
    ? 'The stored key will be removed.'
    : 'Sent as bearer token to this endpoint alone. It is never shown again.'
  return (
    <TextField
      label="Upstream key"
      mono
      autoComplete="off"
      spellCheck={false}
      readOnly={!isTyping}
      value={isTyping ? (typeof typed === 'string' ? typed : '') : isRemoved ? '' : preview}
      placeholder={isTyping && preview !== undefined ? 'new key' : 'none'}
      error={form.errorOf('api_key')}
      hint={words}
      // An empty input keeps the key: removing it has a button of its own.
      onChange={(event) => form.set('api_key', event.target.value === '' ? undefined : event.target.value)}
      suffix={
        preview === undefined ? undefined : isTyping || isRemoved ? (
          <Button size="small" variant="quiet" onClick={keep}>
            Keep
          </Button>
        ) : (
          <>
            <Button size="small" variant="quiet" onClick={() => setReplacing(true)}>
              Replace
            </Button>
            <Button size="small" variant="quiet" onClick={() => form.set('api_key', '')}>
              Remove
            </Button>
          </>
        )
      }
    />
  )
}
