import { describe, expect, it } from 'vitest'
import { readUsage } from '../../../src/proxy/response/read-usage.ts'

describe('readUsage', () => {
  it.each([
    ['{"prompt_tokens":3,"completion_tokens":0,"total_tokens":3}', { promptTokens: 3, completionTokens: 0 }],
    ['{"input_tokens":3,"output_tokens":4}', { promptTokens: 3, completionTokens: 4 }],
    ['{"prompt_tokens":3,"total_tokens":3}', { promptTokens: 3 }],
    ['{"prompt_tokens":null,"completion_tokens":4}', { completionTokens: 4 }],
  ])('reads %s', (text, usage) => {
    expect(readUsage(Buffer.from(text))).toEqual(usage)
  })

  it.each([
    '{}',
    '{"prompt_tokens":-1}',
    '{"prompt_tokens":1.5,"completion_tokens":"2"}',
    '{"prompt_tokens":1e300}',
    '{"pro',
  ])('finds no usage in %s', (text) => {
    expect(readUsage(Buffer.from(text))).toBeUndefined()
  })

  it('reads the given range only', () => {
    expect(readUsage(Buffer.from('xx{"prompt_tokens":3}yy'), 2, 21)).toEqual({ promptTokens: 3 })
  })
})
