/** Tests the parsing of numbers and the steps of arrow keys. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseNumber, stepNumber } from '../../../../public/ui/fields/number-field.tsx'

it('parses every plain decimal number', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 999 }), (whole, part) => {
      expect(parseNumber(` ${whole} `)).toBe(whole)
      expect(parseNumber(`${whole}.${part}`)).toBe(Number(`${whole}.${part}`))
      expect(parseNumber(`${whole},${part}`)).toBe(Number(`${whole}.${part}`))
    }),
  )
})

it('distinguishes empty text from invalid text', () => {
  expect(parseNumber('  ')).toBeNull()
  for (const text of ['x', '1e5', '0x10', '1 2', '.', '-', '1,000,000', 'Infinity'])
    expect(parseNumber(text), text).toBeNaN()
})

it('steps within its limits, and back to the same value', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 50 }), (tenths, by) => {
      const value = tenths / 10
      const stepped = stepNumber(value, by / 10, -Infinity, Infinity)
      expect(stepNumber(stepped, -by / 10, -Infinity, Infinity)).toBe(value)
      const bounded = stepNumber(value, by, 0, 100)
      expect(bounded).toBeGreaterThanOrEqual(0)
      expect(bounded).toBeLessThanOrEqual(100)
    }),
  )
  expect(stepNumber(null, 1, 0, 100)).toBe(1)
})
