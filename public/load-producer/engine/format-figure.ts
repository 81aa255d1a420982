/** Figures as people read them: `182 ms`, `1.42 s`, `4,151 /s`, `50 %`, and an en dash for what is missing. */

const SPACE = '\u202f'
const MISSING = '–'

const withDigits = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: 0 })

const isMissing = (value: number | null | undefined): value is null | undefined =>
  value === null || value === undefined || !Number.isFinite(value)

export function formatMs(ms: number | null | undefined): string {
  if (isMissing(ms)) return MISSING
  if (ms >= 100_000) return `${withDigits(ms / 1000, 0)}${SPACE}s`
  if (ms >= 1_000) return `${withDigits(ms / 1000, 2)}${SPACE}s`
  return `${withDigits(ms, ms >= 100 ? 0 : ms >= 10 ? 1 : 2)}${SPACE}ms`
}

export const formatCount = (value: number | null | undefined): string =>
  isMissing(value) ? MISSING : withDigits(value, 0)

export const formatRate = (perS: number | null | undefined): string =>
  isMissing(perS) ? MISSING : `${withDigits(perS, perS >= 100 ? 0 : 1)}${SPACE}/s`

export const formatPercent = (percent: number | null | undefined): string =>
  isMissing(percent) ? MISSING : `${withDigits(percent, 1)}${SPACE}%`
