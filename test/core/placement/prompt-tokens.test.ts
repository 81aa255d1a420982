import { describe, expect, it } from 'vitest'
import { createPromptTokens } from '../../../src/core/placement/prompt-tokens.ts'

describe('the estimate of a prompt in tokens', () => {
  it('is a quarter of its bytes while no response has reported any, and at least one', () => {
    const tokens = createPromptTokens()
    expect(tokens.estimate('a', 400)).toBe(100)
    expect(tokens.estimate(undefined, 400)).toBe(100)
    expect(tokens.estimate('a', 1)).toBe(1)
  })

  it('is the mean of the first reports, in which the later ones weigh a twentieth', () => {
    const tokens = createPromptTokens()
    tokens.learn('a', 100, 50)
    expect(tokens.estimate('a', 100)).toBe(50)
    tokens.learn('a', 100, 100)
    expect(tokens.estimate('a', 100)).toBe(75)
    for (let n = 0; n < 400; n += 1) tokens.learn('a', 100, 50)
    tokens.learn('a', 100, 100)
    expect(tokens.estimate('a', 100)).toBeCloseTo(52.5, 5)
  })

  it('is by the reports of all models for a model without its own', () => {
    const tokens = createPromptTokens()
    tokens.learn('a', 100, 50)
    tokens.learn(undefined, 100, 100)
    expect(tokens.estimate('b', 100)).toBe(75)
    expect(tokens.estimate('a', 100)).toBe(50)
    expect(tokens.estimate(undefined, 100)).toBe(100)
  })

  it('regards no report of a body without bytes', () => {
    const tokens = createPromptTokens()
    tokens.learn('a', 0, 50)
    expect(tokens.estimate('a', 100)).toBe(25)
    tokens.learn('a', 1, 1)
    expect(tokens.estimate('a', 100)).toBe(100)
  })

  it('is kept for a thousand models, which still learn when there are more', () => {
    const tokens = createPromptTokens()
    for (let n = 0; n < 1_000; n += 1) tokens.learn(`model ${n}`, 100, 50)
    tokens.learn('one more', 100, 90)
    expect(tokens.estimate('one more', 100)).toBe(tokens.estimate('unknown', 100))
    expect(tokens.estimate('model 999', 100)).toBe(50)
    tokens.learn('model 999', 100, 100)
    expect(tokens.estimate('model 999', 100)).toBe(75)
  })
})
