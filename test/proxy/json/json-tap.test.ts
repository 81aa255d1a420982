import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJsonTap } from '../../../src/proxy/json/json-tap.ts'
import { readUsage } from '../../../src/proxy/response/read-usage.ts'
import { cut, fractions, jsonText, memberText, renderObject, space } from './arbitrary-json.ts'

function read(chunks: readonly Buffer[]) {
  const tap = createJsonTap(readUsage)
  for (const chunk of chunks) tap.push(chunk)
  return { usage: tap.usage(), errorBody: tap.errorBody(), complete: tap.isComplete() }
}
const readText = (text: string) => read([Buffer.from(text)])

describe('createJsonTap', () => {
  it('reads the usage of a chat completion and of a response', () => {
    expect(readText('{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}')).toEqual({
      usage: { promptTokens: 3, completionTokens: 4 },
      errorBody: false,
      complete: true,
    })
    expect(readText('{"error":null,"output":[],"usage":{"input_tokens":3,"output_tokens":4}}\n')).toEqual({
      usage: { promptTokens: 3, completionTokens: 4 },
      errorBody: false,
      complete: true,
    })
  })

  it('reads no completion tokens from embeddings', () => {
    const text =
      '{"object":"list","data":[{"embedding":[0.5,-1e-3]}],"usage":{"prompt_tokens":3,"total_tokens":3}}'
    expect(readText(text).usage).toEqual({ promptTokens: 3 })
  })

  it('reads usage from the outermost object only', () => {
    const inner = '{"usage":{"prompt_tokens":9}}'
    const text = `{"choices":[${inner}],"a":${inner},"b":${JSON.stringify(`"usage":${inner}`)},"usage":null}`
    expect(readText(text)).toMatchObject({ usage: undefined, complete: true })
  })

  it('reports an error object as an error only where there is no result', () => {
    expect(readText('{"error":{"message":"no"}}').errorBody).toBe(true)
    expect(readText('{"error":{"message":"no"},"data":null}').errorBody).toBe(true)
    expect(readText('{"error":{"code":"x"},"output":[]}').errorBody).toBe(false)
    expect(readText('{"error":"no"}').errorBody).toBe(false)
    expect(readText('{"a":{"error":{}}}').errorBody).toBe(false)
  })

  it('reports a truncated response as incomplete', () => {
    const text = '{"choices":[{"a":"}"}],"usage":{"prompt_tokens":3}}'
    for (let length = 0; length < text.length; length += 1) {
      expect(readText(text.slice(0, length)).complete).toBe(false)
    }
    expect(readText(text).complete).toBe(true)
  })

  it('reports a response that is not an object as incomplete', () => {
    for (const text of ['', '[]', '"{}"', '1', '<html>{}</html>']) {
      expect(readText(text)).toEqual({ usage: undefined, errorBody: false, complete: false })
    }
  })

  it('ignores a usage object over 64 KiB', () => {
    const large = `{"usage":{"prompt_tokens":3,"x":"${'y'.repeat(70_000)}"}}`
    expect(readText(large)).toEqual({ usage: undefined, errorBody: false, complete: true })
    expect(read(cut(Buffer.from(large), [0.1, 0.5, 0.99]))).toMatchObject({
      usage: undefined,
      complete: true,
    })
  })

  const counts = fc.oneof(
    fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat() }),
    fc.record({ input_tokens: fc.nat(), x: fc.constant({ input_tokens: 1, '"}': '{' }) }),
  )
  const keys = [
    'choices',
    'data',
    'output',
    'error',
    'id',
    'usages',
    'the key is longer than any that is searched',
  ]
  const answers = fc
    .record({
      others: fc.uniqueArray(
        fc.constantFrom(...keys).chain((key) => memberText(key, jsonText)),
        { selector: (member) => member.key, maxLength: 5 },
      ),
      usage: fc.option(counts, { nil: undefined }),
      place: fc.nat(5),
      spaces: fc.tuple(space, space, space, space),
      lead: space,
    })
    .map(({ others, usage, place, spaces, lead }) => {
      const members = others.map((member) => ({ ...member, keyText: JSON.stringify(member.key) }))
      const valueText = JSON.stringify(usage)
      if (usage) members.splice(place, 0, { key: 'usage', keyText: '"usage"', valueText, spaces })
      return lead + renderObject(members) + lead
    })

  it('begins with the outermost object, after white space and a byte order mark, and ends with it', () => {
    const tap = createJsonTap(readUsage)
    for (const [text, isInside, isComplete] of [
      ['\ufeff \n', false, false],
      ['\t{"":"}"', true, false],
      [',"a":{', true, false],
      ['}', true, false],
      [',"usage":{"prompt_tokens":3}', true, false],
      ['}', false, true],
      ['{"usage":{"prompt_tokens":4}}', false, true],
    ] as const) {
      tap.push(Buffer.from(text))
      expect([text, tap.isInside(), tap.isComplete()]).toEqual([text, isInside, isComplete])
    }
    expect(tap.usage()).toEqual({ promptTokens: 3 })
  })

  it('regards an empty key first, and a key that begins with one that is searched', () => {
    const text = '{"":{},"usage of tokens by the client":{"prompt_tokens":4},"usage":{"prompt_tokens":3}}'
    expect(readText(text)).toEqual({ usage: { promptTokens: 3 }, errorBody: false, complete: true })
    expect(readText(text.replace('"usage":', '"errors":')).usage).toBeUndefined()
  })

  it('reads the searched strings of the outermost object, however they are cut', () => {
    const searched = new Set(['id', 'output', 'data'])
    fc.assert(
      fc.property(answers, fractions, (text, places) => {
        const value = JSON.parse(text) as Record<string, unknown>
        const ids = Object.entries(value).filter(([key, id]) => searched.has(key) && typeof id === 'string')
        const tap = createJsonTap(readUsage, searched)
        for (const chunk of cut(Buffer.from(text), places)) tap.push(chunk)
        expect(tap.ids() ?? []).toEqual(ids.map(([, id]) => id))
        expect(tap.isComplete()).toBe(true)
      }),
    )
  })

  it('reads the same facts from any chunks', () => {
    fc.assert(
      fc.property(answers, fractions, (text, places) => {
        const value = JSON.parse(text) as Record<string, unknown>
        const usage = value.usage as Record<string, number> | undefined
        const prompt = usage?.prompt_tokens ?? usage?.input_tokens
        const isObject = (part: unknown) => typeof part === 'object' && part !== null
        const hasError = isObject(value.error) && !Array.isArray(value.error)
        const expected = {
          usage: usage && {
            promptTokens: prompt,
            ...(usage.completion_tokens === undefined ? {} : { completionTokens: usage.completion_tokens }),
          },
          errorBody: hasError && ![value.choices, value.data, value.output].some(isObject),
          complete: true,
        }
        const bytes = Buffer.from(text)
        expect(read(cut(bytes, places))).toEqual(expected)
        expect(read(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('accepts any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fractions, (bytes, places) => {
        const buffer = Buffer.concat([Buffer.from('{"'), bytes])
        expect(read(cut(buffer, places))).toEqual(read([buffer]))
      }),
    )
  })
})
