import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowsModel, isRestricted } from '../../../src/core/models/model-access.ts'
import { createNamePattern } from '../../../src/core/models/name-pattern.ts'

const patterns = fc.array(fc.stringMatching(/^[ab*]{1,4}$/), { maxLength: 3 })
const listOf = (allowedModels: readonly string[]) => ({ allowedModels })

describe('a model', () => {
  it('may be used where the lists of block and token both have a name or a pattern for it, or are empty', () => {
    const allowedBy = (list: readonly string[], model: string): boolean =>
      list.length === 0 || list.some((pattern) => createNamePattern(pattern)(model))
    fc.assert(
      fc.property(patterns, patterns, fc.stringMatching(/^[ab]{1,4}$/), (block, token, model) => {
        const access = { block: listOf(block), token: listOf(token) }
        expect(allowsModel(access, model)).toBe(allowedBy(block, model) && allowedBy(token, model))
        expect(isRestricted(access)).toBe(block.length + token.length > 0)
      }),
    )
  })

  it.each([
    ['llama3', ['llama3', 'llama3:latest']],
    ['llama3:latest', ['llama3', 'llama3:latest']],
    ['*3', ['llama3', 'llama3:latest']],
    ['*:latest', ['llama3', 'llama3:latest', 'a', 'a:latest']],
    ['llama3:8b', ['llama3:8b']],
    ['a*', ['a', 'a:latest']],
    ['*atest', ['llama3:latest', 'a:latest']],
  ])('that %s allows may be named with the tag latest and without, and no other may', (pattern, allowed) => {
    const access = { block: undefined, token: listOf([pattern]) }
    const names = ['llama3', 'llama3:latest', 'llama3:8b', 'a', 'a:latest']
    expect(names.filter((model) => allowsModel(access, model))).toEqual(allowed)
  })

  it('may be used by clients without a token as their block allows', () => {
    const access = { block: listOf(['llama-*']), token: null }
    expect(['llama-3', 'qwen-2'].filter((model) => allowsModel(access, model))).toEqual(['llama-3'])
    expect(isRestricted({ block: undefined, token: null })).toBe(false)
  })
})
