/** Tests the format of figures and of missing values. */
import { describe, expect, it } from 'vitest'
import {
  count,
  duration,
  percent,
  rate,
  roughCount,
  shortCount,
} from '../../../../public/ui/format/figures.ts'

describe('a figure', () => {
  it('has one decimal when it is small, and separators when it is large', () => {
    expect([0, 0.44, 6, 9.94, 12.4, 4151].map(rate)).toEqual(['0', '0.4', '6.0', '9.9', '12', '4,151'])
  })

  it('is formatted in milliseconds below one second, else in seconds', () => {
    expect([0, 182.4, 999.4, 999.6, 1420].map(duration)).toEqual([
      '0\u202fms',
      '182\u202fms',
      '999\u202fms',
      '1.00\u202fs',
      '1.42\u202fs',
    ])
  })

  it('can be shortened to a compact notation', () => {
    expect([17, 9999, 12_345, 1_234_567].map(shortCount)).toEqual(['17', '9,999', '12.3K', '1.2M'])
  })

  it('can be reduced to two digits', () => {
    expect([7, 242, 9_412, 10_937].map(roughCount)).toEqual(['7', '240', '9.4K', '11K'])
  })

  it('is an en dash when it is missing, never 0', () => {
    for (const format of [rate, count, percent, duration, roughCount, shortCount])
      expect([format(null), format(undefined), format(Number.NaN)]).toEqual(['–', '–', '–'])
  })
})
