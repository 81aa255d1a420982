/** A word or two on the state of what it stands beside. */
import type { ReactNode } from 'react'
import styles from './badge.module.css'
import { joinClasses } from '../styles/join-classes.ts'

interface BadgeProps {
  /** Without one it states a fact and judges nothing. */
  readonly tone?: 'ok' | 'warn' | 'bad' | 'info'
  readonly children: ReactNode
}

export function Badge({ tone, children }: BadgeProps) {
  return <span className={joinClasses(styles.badge, tone && styles[tone])}>{children}</span>
}
