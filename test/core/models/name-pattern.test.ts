import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNamePattern } from '../../../src/core/models/name-pattern.ts'

const text = fc.string({ unit: fc.constantFrom(...'ab.'), maxLength: 8 })
const pattern = fc.string({ unit: fc.constantFrom(...'ab.**'), maxLength: 8 })

describe('a pattern of names', () => {
  it('matches what a regular expression matches in which each * is any text', () => {
    fc.assert(
      fc.property(pattern, text, (drawn, name) => {
        const source = drawn.replaceAll('.', '\\.').replaceAll('*', '.*')
        expect(createNamePattern(drawn)(name)).toBe(new RegExp(`^${source}$`).test(name))
      }),
      { numRuns: 3_000 },
    )
  })

  it('takes a name of 100,000 characters and 40 stars in one pass', () => {
    const matches = createNamePattern(`${'a*'.repeat(40)}b`)
    expect(matches('a'.repeat(100_000))).toBe(false)
    expect(matches(`${'a'.repeat(100_000)}b`)).toBe(true)
  })
})
