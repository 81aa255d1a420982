/** The key that is sent upstream: never shown, only replaced or removed. */
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/text-field.tsx'
import type { DraftForm } from './use-draft.ts'

interface KeyFieldProps {
  readonly form: DraftForm
  /** Of the stored key; undefined where there is none. */
  readonly preview: string | undefined
}

export function KeyField({ form, preview }: KeyFieldProps) {
  const typed = form.valueOf('api_key')
  const isTyping = typeof typed === 'string'
  const words =
    typed === ''
      ? preview === undefined
        ? undefined
        : 'The stored key will be removed; type a new one to replace it.'
      : 'Sent as bearer token to this endpoint alone. It is never shown again.'
  return (
    <TextField
      label="Upstream key"
      mono
      readOnly={!isTyping && preview !== undefined}
      value={isTyping ? typed : (preview ?? '')}
      placeholder="none"
      error={form.errorOf('api_key')}
      hint={words}
      onChange={(event) => form.set('api_key', event.target.value)}
      suffix={
        preview === undefined ? undefined : isTyping ? (
          <Button size="small" variant="quiet" onClick={() => form.set('api_key', undefined)}>
            Keep
          </Button>
        ) : (
          <Button size="small" variant="quiet" onClick={() => form.set('api_key', '')}>
            Replace
          </Button>
        )
      }
    />
  )
}
