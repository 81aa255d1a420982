/** A paragraph that says what limits the meaning of the figures below it. */
import type { ReactNode } from 'react'
import styles from './notice.module.css'

export const Notice = ({ children }: { readonly children: ReactNode }) => (
  <p className={styles.notice}>{children}</p>
)
