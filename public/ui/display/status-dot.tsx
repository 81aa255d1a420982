/** A state by colour and shape; the word beside it is said by whoever shows it, or hidden for the eye. */
import { joinClasses } from '../styles/join-classes.ts'
import styles from './status-dot.module.css'

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'off'

interface StatusDotProps {
  readonly tone: Tone
  /** For screen readers, where no word stands beside it. */
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
