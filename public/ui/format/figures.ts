/** Formats figures the same on every page. */
import { count, formatOrDash, THIN_SPACE, type Figure } from '../../../src/contract/figures.ts'

export { count, MISSING, percent, withUnit } from '../../../src/contract/figures.ts'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const rough = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 2 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** `4,151`, `6.0`, `0.4`, `0`: one decimal below 10, except for 0. */
export const rate = (value: Figure): string =>
  formatOrDash(value, (figure) => (figure === 0 || figure >= 9.95 ? whole.format(figure) : figure.toFixed(1)))

/** `1 wire`, `3 wires`. @param noun - whose plural ends in `s`. */
export const plural = (number: number, noun: string): string =>
  `${count(number)} ${noun}${number === 1 ? '' : 's'}`

/** `1.2M`; for narrow places. */
export const shortCount = (value: Figure): string =>
  formatOrDash(value, (figure) => (figure < 10_000 ? whole : compact).format(figure))

/** `11K`, `240`: two digits that count; for what is an estimate, in narrow places. */
export const roughCount = (value: Figure): string => formatOrDash(value, rough.format)

/** `182 ms`, `1.42 s`. */
export const duration = (milliseconds: Figure): string =>
  formatOrDash(milliseconds, (figure) =>
    figure < 999.5 ? `${whole.format(figure)}${THIN_SPACE}ms` : `${(figure / 1000).toFixed(2)}${THIN_SPACE}s`,
  )

const SPAN_UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const

/** `8 s`, `12 min`, `3 h`, `5 d`: whole units, for how long something has lasted. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const [length, unit] = SPAN_UNITS.find(([least]) => seconds >= least) ?? [1, 's']
  return `${whole.format(Math.floor(seconds / length))}${THIN_SPACE}${unit}`
}
