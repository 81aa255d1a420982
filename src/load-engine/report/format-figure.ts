/** Formats measurements: latencies to three digits, rates with their unit; counts and percentages as on every page. */

const MISSING = '–'

/** A narrow no-break space between a figure and its unit. */
const THIN_SPACE = '\u202f'

type Figure = number | null | undefined

const decimals = (value: Figure, digits: number): string =>
  value == null || !Number.isFinite(value)
    ? ''
    : value.toLocaleString('en', { maximumFractionDigits: digits })

function withUnit(value: Figure, digits: number, unit: string): string {
  const text = decimals(value, digits)
  return text === '' ? MISSING : `${text}${THIN_SPACE}${unit}`
}

/** `0.42 ms`, `14.2 ms`, `182 ms`, `1.42 s`, `120 s`. */
export function formatMs(ms: Figure): string {
  if (ms == null) return MISSING
  if (ms >= 999.5) return withUnit(ms / 1000, ms >= 100_000 ? 0 : 2, 's')
  return withUnit(ms, ms >= 100 ? 0 : ms >= 10 ? 1 : 2, 'ms')
}

/** `12.5 /s`, `4,151 /s`. */
export const formatRate = (perS: Figure): string => withUnit(perS, perS != null && perS >= 100 ? 0 : 1, '/s')

/** `4,151`. */
export const formatCount = (value: Figure): string => decimals(value, 0) || MISSING

/** `50.4 %`. */
export const formatPercent = (value: Figure): string => withUnit(value, 1, '%')
