/** Whether the bridge is there, and how far away; leads to more about it. */
import { useEffect, useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { StatusDot } from '../../../ui/display/status-dot.tsx'
import { formatMs } from '../../format/format-figure.ts'
import type { BridgeStatus } from '../../engine/protocol/messages.ts'
import { useLive, usePage } from '../../state/page.tsx'
import styles from './bridge-button.module.css'

/** @param sinceMs - how long ago the bridge's state was told. */
export function bridgeStatusText({ state, roundTripMs, retryInMs }: BridgeStatus, sinceMs: number): string {
  if (state === 'open') return roundTripMs === null ? 'connected' : formatMs(roundTripMs)
  if (state === 'connecting') return 'connecting'
  if (retryInMs === null) return 'closed'
  return `retry in ${Math.max(0, Math.ceil((retryInMs - sinceMs) / 1000))}\u202fs`
}

/** Milliseconds since the bridge last changed, by the second while a retry is near. */
export function useStatusAgeMs(bridge: BridgeStatus): number {
  const [since, setSince] = useState({ bridge, ms: 0 })
  useEffect(() => {
    if (bridge.retryInMs === null) return undefined
    const toldAtMs = performance.now()
    const timer = setInterval(() => setSince({ bridge, ms: performance.now() - toldAtMs }), 500)
    return () => clearInterval(timer)
  }, [bridge])
  return since.bridge === bridge ? since.ms : 0
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
