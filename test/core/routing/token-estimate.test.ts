// The estimate of a response's tokens.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenEstimate } from '../../../src/core/routing/token-estimate.ts'

describe('the token estimate', () => {
  it('is 256 before the first response, and never more than the request allows', () => {
    const estimate = createTokenEstimate()
    expect(estimate.guess('completion', undefined)).toBe(256)
    expect(estimate.guess('completion', 16)).toBe(16)
    expect(estimate.guess('prompt', 100_000)).toBe(256)
  })

  it('of a call that costs none is the least, so that its endpoints take turns', () => {
    expect(createTokenEstimate().guess('none', undefined)).toBe(1)
  })

  it('is the plain mean of the first twenty responses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 20 }),
        (answers) => {
          const estimate = createTokenEstimate()
          for (const tokens of answers) estimate.learn('completion', tokens)
          const mean = answers.reduce((sum, tokens) => sum + tokens, 0) / answers.length
          expect(estimate.guess('completion', undefined)).toBeCloseTo(mean, 6)
        },
      ),
    )
  })

  it('follows a change of lengths, and stays between the shortest and the longest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 300 }),
        (answers) => {
          const estimate = createTokenEstimate()
          for (const tokens of answers) estimate.learn('completion', tokens)
          const guess = estimate.guess('completion', undefined)
          expect(guess).toBeGreaterThanOrEqual(Math.min(...answers) - 1e-6)
          expect(guess).toBeLessThanOrEqual(Math.max(...answers) + 1e-6)
          for (let n = 0; n < 400; n += 1) estimate.learn('completion', 77)
          expect(estimate.guess('completion', undefined)).toBeCloseTo(77, 1)
        },
      ),
    )
  })

  it('keeps completions and prompts apart', () => {
    const estimate = createTokenEstimate()
    estimate.learn('prompt', 9_000)
    expect(estimate.guess('completion', undefined)).toBe(256)
    expect(estimate.guess('prompt', undefined)).toBe(9_000)
  })

  it('is at least one token, so that no request is free', () => {
    const estimate = createTokenEstimate()
    expect(estimate.guess('completion', 0)).toBe(1)
    for (let n = 0; n < 1_000; n += 1) estimate.learn('completion', 0)
    expect(estimate.guess('completion', undefined)).toBe(1)
  })
})
