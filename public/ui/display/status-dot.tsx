/** A status dot with a colour and shape per state. The caller provides the text beside it, or `label`. */
import { joinClasses } from '../styles/join-classes.ts'
import styles from './status-dot.module.css'

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'off'

interface StatusDotProps {
  readonly tone: Tone
  /** Accessible name, when there is no text beside the dot. */
  readonly label?: string
  readonly pulsing?: boolean
}

export function StatusDot({ tone, label, pulsing = false }: StatusDotProps) {
  return (
    <span
      className={joinClasses(styles.dot, styles[tone], pulsing && styles.pulsing)}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  )
}
