/** The dialog of the bridge: its state, and a field for its token. */
import { useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { isServedByBalancer } from '../../state/card.ts'
import { useLive, usePage } from '../../state/page.tsx'
import { bridgeStatusText, useStatusAgeMs } from '../bridge/bridge-button.tsx'
import styles from './dialogs.module.css'

export function BridgeDialog({ onClose }: { readonly onClose: () => void }) {
  const { connect } = usePage()
  const bridge = useLive((live) => live.bridge)
  const [token, setToken] = useState('')
  const text = bridgeStatusText(bridge, useStatusAgeMs(bridge))
  return (
    <Dialog
      open
      onClose={onClose}
      title="Bridge"
      description="The bridge runs the cards of this page: it makes their requests, takes their times, and sends the figures over one WebSocket."
      actions={
        <Button variant="primary" onClick={() => connect(token)}>
          Connect anew
        </Button>
      }
    >
      <dl className={styles.facts}>
        <dt>State</dt>
        <dd>
          <span role="status">
            {bridge.state === 'open' ? 'open' : text}
            {bridge.reason !== '' && ` · ${bridge.reason}`}
          </span>
        </dd>
        <dt>Address</dt>
        <dd>
          <code>{location.host}/ws</code>
        </dd>
      </dl>
      {isServedByBalancer() && bridge.state !== 'open' && (
        <p className={styles.note}>
          This bridge is for signed-in operators: <a href="/admin?next=/load-producer/">sign in</a>, then
          connect anew.
        </p>
      )}
      <TextField
        label="Token"
        type="password"
        mono
        value={token}
        onChange={(event) => setToken(event.target.value)}
        hint="Where the bridge has WS_TOKEN set. Kept in this tab's memory alone; connecting anew ends what is running."
      />
    </Dialog>
  )
}
