/** Formats measurements: latencies to three digits, rates with their unit; counts and percentages as on every page. */
import { count, MISSING, percent, THIN_SPACE, withUnit, type Figure } from '../../contract/figures.ts'

/** `0.42 ms`, `14.2 ms`, `182 ms`, `1.42 s`, `120 s`. */
export function formatMs(ms: Figure): string {
  if (ms == null) return MISSING
  if (ms >= 999.5) return withUnit(ms / 1000, ms >= 100_000 ? 0 : 2, 's')
  return withUnit(ms, ms >= 100 ? 0 : ms >= 10 ? 1 : 2, 'ms')
}

/** `12.5 /s`, `4,151 /s`. */
export const formatRate = (perS: Figure): string => withUnit(perS, perS != null && perS >= 100 ? 0 : 1, '/s')

export const formatCount = count
export const formatPercent = percent

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 2 })

/** `500`, `2.5K`, `1M`: for the ends of an axis, which have one or two digits. */
export const shortCount = (value: number): string => short.format(value)
export const shortRate = (perS: number): string => `${short.format(perS)}${THIN_SPACE}/s`
