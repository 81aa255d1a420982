// Text of figures, the same on every page and in every report: one unit style, and an en dash for a missing value.

export const MISSING = '–'

/** A narrow no-break space between a figure and its unit. */
export const THIN_SPACE = '\u202f'

export type Figure = number | null | undefined

export const formatOrDash = (value: Figure, format: (value: number) => string): string =>
  value == null || !Number.isFinite(value) ? MISSING : format(value)

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `17`, `4,151`. */
export const count = (value: Figure): string => formatOrDash(value, whole.format)

/** @param digits - maximum number of decimals. */
export const withUnit = (value: Figure, digits: number, unit: string): string =>
  formatOrDash(
    value,
    (figure) => figure.toLocaleString('en', { maximumFractionDigits: digits }) + THIN_SPACE + unit,
  )

/** `50.4 %`. */
export const percent = (value: Figure): string => withUnit(value, 1, '%')
