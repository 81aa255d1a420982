/** One unit style, and a dash for what is missing. */
import { describe, expect, it } from 'vitest'
import { count, duration, percent, rate, shortCount } from '../../../../public/ui/format/figures.ts'

describe('figures', () => {
  it('have a digit after the point where they are small, and separators where they are large', () => {
    expect([0, 0.44, 6, 9.94, 12.4, 4151].map(rate)).toEqual(['0', '0.4', '6.0', '9.9', '12', '4,151'])
  })

  it('tell time in milliseconds, from a second on in seconds', () => {
    expect([0, 182.4, 999.4, 999.6, 1420].map(duration)).toEqual([
      '0\u202fms',
      '182\u202fms',
      '999\u202fms',
      '1.00\u202fs',
      '1.42\u202fs',
    ])
  })

  it('shorten what is long', () => {
    expect([17, 9999, 12_345, 1_234_567].map(shortCount)).toEqual(['17', '9,999', '12.3K', '1.2M'])
  })

  it('are an en dash where there is none, never 0', () => {
    for (const write of [rate, count, percent, duration, shortCount])
      expect([write(null), write(undefined), write(Number.NaN)]).toEqual(['–', '–', '–'])
  })
})
