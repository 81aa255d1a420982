/** A badge: a short state label. */
import type { ReactNode } from 'react'
import styles from './badge.module.css'
import { joinClasses } from '../styles/join-classes.ts'

interface BadgeProps {
  /** Neutral by default. */
  readonly tone?: 'ok' | 'warn' | 'bad' | 'info'
  readonly children: ReactNode
}

export function Badge({ tone, children }: BadgeProps) {
  return <span className={joinClasses(styles.badge, tone && styles[tone])}>{children}</span>
}
