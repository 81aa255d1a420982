/** How figures are written, the same on every page: one unit style, and an en dash where there is none. */

export const MISSING = '–'

/** Stands between a figure and its unit: narrow, and no line breaks there. */
const THIN = '\u202f'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

type Given = number | null | undefined

const write = (value: Given, format: (value: number) => string): string =>
  value == null || !Number.isFinite(value) ? MISSING : format(value)

/** `4,151`, `6.0`, `0.4`: a digit after the point below 10, but for 0. */
export const rate = (value: Given): string =>
  write(value, (given) => (given === 0 || given >= 9.95 ? whole.format(given) : given.toFixed(1)))

/** `17`, `4,151`. */
export const count = (value: Given): string => write(value, whole.format)

/** `1.2M`, where there is little room. */
export const shortCount = (value: Given): string =>
  write(value, (given) => (given < 10_000 ? whole : compact).format(given))

/** With so many digits after the point at most. */
export const withUnit = (value: Given, digits: number, unit: string): string =>
  write(
    value,
    (given) =>
      given.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: 0 }) + THIN + unit,
  )

/** `50.4 %`. */
export const percent = (value: Given): string => withUnit(value, 1, '%')

/** `182 ms`, `1.42 s`. */
export const duration = (milliseconds: Given): string =>
  write(milliseconds, (given) =>
    given < 999.5 ? `${whole.format(given)}${THIN}ms` : `${(given / 1000).toFixed(2)}${THIN}s`,
  )
