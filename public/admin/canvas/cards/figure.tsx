/** A figure under its caption. */
import styles from './figure.module.css'

interface FigureProps {
  readonly caption: string
  readonly value: string
  /** The limit of the value. */
  readonly of?: string | undefined
  readonly full?: boolean
}

export function Figure({ caption, value, of, full = false }: FigureProps) {
  return (
    <span className={styles.figure}>
      <span className={styles.caption}>{caption}</span>
      <span className={styles.value} data-full={full || undefined}>
        {value}
        {of !== undefined && <span className={styles.most}>/{of}</span>}
      </span>
    </span>
  )
}
