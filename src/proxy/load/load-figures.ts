// What a backend's text or JSON says of its load at one moment.
import type { LoadReport } from '../../core/placement/load-report.ts'

/** Of all its engines. */
export interface LoadFigures extends Omit<LoadReport, 'atMs'> {
  /** Prompt tokens that its prefix cache was asked for and those of them that it had, since its start; undefined where it does not count them. */
  readonly prefix: PrefixCounts | undefined
}

export interface PrefixCounts {
  readonly queried: number
  readonly found: number
}

/** Backends are known to count below zero. */
const atLeastZero = (value: number): number => Math.max(0, value)

const ratio = (value: number): number => Math.min(1, atLeastZero(value))

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + atLeastZero(value), 0)

/** @returns undefined where there are none. */
export const meanRatio = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : sum(values.map(ratio)) / values.length
