/** Shows the values of the client tokens that an import has created, once. */
import type { ConfigAppliedView } from '../../../../src/contract/config-file.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { CopyButton } from '../../../ui/buttons/copy-button.tsx'
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import styles from './created-tokens.module.css'

interface CreatedTokensProps {
  readonly tokens: ConfigAppliedView['created_tokens']
  readonly onClose: () => void
}

export function CreatedTokens({ tokens, onClose }: CreatedTokensProps) {
  return (
    <Dialog
      alert
      open={tokens.length > 0}
      onClose={onClose}
      title={tokens.length === 1 ? 'A new client token' : `${tokens.length} new client tokens`}
      description="Copy now: a value cannot be shown again."
      actions={
        <>
          {tokens.length > 1 && (
            <CopyButton
              size="medium"
              label="Copy all"
              text={tokens.map(({ name, token }) => `${name}\t${token}`).join('\n')}
            />
          )}
          <Button variant="primary" onClick={onClose}>
            I have copied them
          </Button>
        </>
      }
    >
      <ul className={styles.tokens}>
        {tokens.map(({ name, token }) => (
          <li key={name}>
            <strong>{name}</strong>
            <code>{token}</code>
            <CopyButton text={token} label={`Copy the token of ${name}`} iconOnly />
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
