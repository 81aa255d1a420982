/** The condition of an endpoint as a shape and, for screen readers, as a word. */
import styles from './condition-dot.module.css'
import type { Condition } from './endpoint-condition.ts'

interface ConditionDotProps {
  readonly condition: Condition
  /** Hidden from screen readers, where the word is shown beside it. */
  readonly hidden?: boolean
}

export function ConditionDot({ condition, hidden = false }: ConditionDotProps) {
  return (
    <span
      className={styles.dot}
      data-condition={condition}
      {...(hidden ? { 'aria-hidden': true } : { role: 'img', 'aria-label': condition })}
    />
  )
}
