/** A figure under its caption. */
import styles from './figure.module.css'

interface FigureProps {
  readonly caption: string
  readonly value: string
  /** The limit of the value. */
  readonly of?: string | undefined
  readonly full?: boolean
  /** A further figure in a few words, and the same in full. */
  readonly also?: readonly [string, string] | undefined
}

export function Figure({ caption, value, of, full = false, also }: FigureProps) {
  return (
    <span className={styles.figure}>
      <span className={styles.caption}>{caption}</span>
      <span className={styles.value} data-full={full || undefined}>
        {value}
        {of !== undefined && <span className={styles.most}>/{of}</span>}
      </span>
      <span className={styles.also} title={also?.[1]}>
        {also?.[0]}
      </span>
    </span>
  )
}
