import { describe, expect, it } from 'vitest'
import { readUsage } from '../../../src/proxy/response/read-usage.ts'

describe('readUsage', () => {
  it.each([
    ['{"prompt_tokens":3,"completion_tokens":0,"total_tokens":3}', { promptTokens: 3, completionTokens: 0 }],
    ['{"input_tokens":3,"output_tokens":4}', { promptTokens: 3, completionTokens: 4 }],
    ['{"prompt_tokens":3,"total_tokens":3}', { promptTokens: 3 }],
    ['{"prompt_tokens":null,"completion_tokens":4}', { completionTokens: 4 }],
    [
      '{"prompt_tokens":9,"completion_tokens":8,"prompt_tokens_details":{"cached_tokens":6},"completion_tokens_details":{"reasoning_tokens":5}}',
      { promptTokens: 9, completionTokens: 8, cachedTokens: 6, reasoningTokens: 5 },
    ],
    [
      '{"input_tokens":9,"input_tokens_details":{"cached_tokens":6},"output_tokens":8,"output_tokens_details":{"reasoning_tokens":0}}',
      { promptTokens: 9, completionTokens: 8, cachedTokens: 6, reasoningTokens: 0 },
    ],
    ['{"prompt_tokens":9,"prompt_tokens_details":null,"completion_tokens_details":7}', { promptTokens: 9 }],
    ['{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":-1}}', { promptTokens: 9 }],
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
