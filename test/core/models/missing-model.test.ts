import { describe, expect, it } from 'vitest'
import { describeMissingModel as describeMissing } from '../../../src/core/models/missing-model.ts'
import { firstNames, MAX_FIRST, MAX_READ } from '../../../src/core/models/first-names.ts'

const describeMissingModel = (model: string, names: Iterable<string>) =>
  describeMissing(model, firstNames(names))

describe('the message about a missing model', () => {
  it('names near matches and the models in reach', () => {
    expect(describeMissingModel('lama-3', ['llama-3', 'qwen-2'])).toBe(
      'The model "lama-3" does not exist, or you do not have access to it. Did you mean "llama-3"? ' +
        'Models in reach: llama-3, qwen-2.',
    )
  })

  it.each([
    ['Qwen3', 'qwen3'],
    ['qwen3', 'Qwen/Qwen3'],
    ['meta-llama/Llama-3.1-8B', 'llama-3.1-8b'],
    ['llama3.1', 'llama3.1:latest'],
    ['mistral-large', 'mistral-large-2411'],
    ['gtp-oss', 'gpt-oss'],
  ])('suggests for %s the name %s', (model, known) => {
    expect(describeMissingModel(model, ['unrelated-name', known])).toContain(`Did you mean "${known}"?`)
  })

  it('suggests the three names that are most alike, the most alike first', () => {
    const names = ['gpt-oxx-12x', 'unrelated', 'gpt-osx-12x', 'gpt-osx-120', 'gpt-xxx-12x', 'gpt-oss-120-fp8']
    expect(describeMissingModel('gpt-oss-120', names)).toContain(
      'Did you mean "gpt-oss-120-fp8" or "gpt-osx-120" or "gpt-osx-12x"?',
    )
    // Three edits, a third of its length, are the most.
    expect(describeMissingModel('gpt-oss-120', ['gpt-oxx-12x'])).toContain('Did you mean')
    expect(describeMissingModel('gpt-oss-120', ['gpt-xxx-12x'])).not.toContain('Did you mean')
  })

  it('suggests nothing that is far away, and says so where there is nothing', () => {
    expect(describeMissingModel('gpt-4', ['llama', 'qwen'])).not.toContain('Did you mean')
    expect(describeMissingModel('gpt-4', [])).toMatch(/No model is in reach\.$/)
    expect(describeMissingModel('', ['llama'])).not.toContain('Did you mean')
  })

  it('stays short, whatever the names and their number', () => {
    const names = Array.from({ length: 2_000 }, (_, at) => `${'m'.repeat(300)}-${at}`)
    const text = describeMissingModel('m'.repeat(4_000), names)
    expect(text.length).toBeLessThan(3_000)
    expect(text).toMatch(/ and 1980 more\.$/)
  })

  it.each([
    ['new', (at: number) => `m-${at}`, MAX_FIRST + 1],
    ['the same', () => 'm', MAX_READ + 1],
  ])('reads a bounded number of names that are %s each time', (_kind, nameOf, most) => {
    let read = 0
    function* endless() {
      for (;;) yield nameOf((read += 1))
    }
    expect(describeMissingModel('x', endless())).toMatch(/ and more\.$/)
    expect(read).toBe(most)
  })

  it('does not say that there is no model where it has not read all', () => {
    expect(describeMissing('x', { names: [], hasMore: true })).toMatch(/access to it\.$/)
  })
})
