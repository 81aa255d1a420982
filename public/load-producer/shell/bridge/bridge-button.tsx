/** Shows the state of the bridge; opens the dialog of the bridge. */
import { useEffect, useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { StatusDot } from '../../../ui/display/status-dot.tsx'
import type { BridgeStatus } from '../../connection/bridge-status.ts'
import { useLive, usePage } from '../../state/page.tsx'
import styles from './bridge-button.module.css'

/** @param ageMs - age of the status in milliseconds. */
export function bridgeStatusText({ state, retryInMs }: BridgeStatus, ageMs: number): string {
  if (state === 'open') return 'connected'
  if (state === 'connecting') return 'connecting'
  if (retryInMs === null) return 'closed'
  return `retry in ${Math.max(0, Math.ceil((retryInMs - ageMs) / 1000))}\u202fs`
}

/** @returns the age of the status in milliseconds, updated twice a second while a retry is scheduled; else 0. */
export function useStatusAgeMs(bridge: BridgeStatus): number {
  const [age, setAge] = useState({ bridge, ms: 0 })
  useEffect(() => {
    if (bridge.retryInMs === null) return undefined
    const reportedAtMs = performance.now()
    const timer = setInterval(() => setAge({ bridge, ms: performance.now() - reportedAtMs }), 500)
    return () => clearInterval(timer)
  }, [bridge])
  return age.bridge === bridge ? age.ms : 0
}

export function BridgeButton() {
  const { workspace } = usePage()
  const bridge = useLive((live) => live.bridge)
  const text = bridgeStatusText(bridge, useStatusAgeMs(bridge))
  const tone = bridge.state === 'open' ? 'ok' : bridge.state === 'connecting' ? 'warn' : 'bad'
  return (
    <Button
      variant="quiet"
      title={bridge.reason}
      className={styles.bridge}
      onClick={() => workspace.setState({ dialog: { name: 'bridge' } })}
    >
      <StatusDot tone={tone} pulsing={bridge.state === 'connecting'} /> Bridge{' '}
      <span className={styles.text}>{text}</span>
    </Button>
  )
}
