// The search from the end must never find another usage than the complete scan.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJsonTap } from '../../../src/proxy/json/json-tap.ts'
import { readMessagesUsage } from '../../../src/proxy/response/read-messages-usage.ts'
import { readResponseUsage } from '../../../src/proxy/response/read-response-usage.ts'
import { readUsage } from '../../../src/proxy/response/read-usage.ts'

const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10, prompt_tokens_details: null }
const read = (value: unknown) => readResponseUsage(Buffer.from(JSON.stringify(value)), readUsage)

describe('a complete response', () => {
  it('has its usage read from all positions where servers put it', () => {
    const expected = { promptTokens: 7, completionTokens: 3 }
    expect(read({ choices: [], usage })).toEqual(expected)
    expect(read({ choices: [], usage, prompt_logprobs: null, extra: { a: ['}', '{'] } })).toEqual(expected)
    expect(readResponseUsage(Buffer.from(`{"usage" : ${JSON.stringify(usage)} }\n`), readUsage)).toEqual(
      expected,
    )
  })

  it('in the form of a message has what was cached counted among its prompt tokens', () => {
    const counts = { input_tokens: 3, cache_read_input_tokens: 40, cache_creation_input_tokens: null }
    const message = { type: 'message', content: [], usage: { ...counts, output_tokens: 5 } }
    const bytes = Buffer.from(JSON.stringify(message))
    expect(readResponseUsage(bytes, readMessagesUsage)).toMatchObject({
      promptTokens: 43,
      completionTokens: 5,
    })
    const tap = createJsonTap(readMessagesUsage)
    tap.push(bytes)
    expect(tap.usage()).toMatchObject({ promptTokens: 43, completionTokens: 5 })
    expect(tap.errorBody()).toBe(false)
  })

  it('has no usage read where the search is not certain', () => {
    expect(read({ choices: [{ usage }] })).toBeUndefined()
    expect(read({ choices: [{ message: { content: '"usage":{"prompt_tokens":1}' } }] })).toBeUndefined()
    expect(read({ usage: null, role: 'usage' })).toBeUndefined()
    expect(readResponseUsage(Buffer.from(`{"usage":${JSON.stringify(usage)}`), readUsage)).toBeUndefined()
  })

  it('has the same usage as by the complete scan, where any is read', () => {
    const key = fc.constantFrom('usage', 'a', 'choices', 'prompt_tokens', 'completion_tokens')
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.nat(50),
        fc.constantFrom('usage', '"usage":{', '}', 'a\\"', null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, value), (answer) => {
        const bytes = Buffer.from(JSON.stringify(answer))
        const short = readResponseUsage(bytes, readUsage)
        if (short === undefined) return
        const tap = createJsonTap(readUsage)
        tap.push(bytes)
        expect(short).toEqual(tap.usage())
      }),
      { numRuns: 2_000 },
    )
  })
})
