import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMembers, memberKeys } from '../../../src/proxy/json/find-members.ts'
import { jsonText, memberText, renderObject, space } from './arbitrary-json.ts'

const find = (text: string, keys: readonly string[]) => {
  const bytes = Buffer.from(text)
  const { values, ...rest } = findMembers(bytes, memberKeys(keys))
  const texts = Object.entries(values).map(([key, range]) => [
    key,
    range && bytes.toString('utf8', range.start, range.end),
  ])
  return { values: Object.fromEntries(texts) as Record<string, string>, ...rest }
}

describe('findMembers', () => {
  it('finds members of the outermost object only', () => {
    const found = find('{"a":1, "b" : {"c":[2]} ,"d":"x,\\"}"}', ['a', 'b', 'c', 'd', 'e'])
    expect(found.values).toEqual({ a: '1', b: '{"c":[2]}', d: '"x,\\"}"' })
    expect(found).toMatchObject({ fault: undefined, isObject: true, duplicate: undefined })
  })

  it('reads escapes in keys, and reports a key that occurs twice, however it is spelt', () => {
    const found = find('{"\\u0073trea\\u006D":true,"x":1,"x":2,"stream":false}', ['stream'])
    expect(found.values).toEqual({ stream: 'true' })
    expect(found.duplicate).toBe('stream')
    for (const key of ['strea', 'streams', 'strea\\n', '\\u0073', 'strea\\\\m', '\\u0173tream'])
      expect(find(`{"${key}":1}`, ['stream']).values).toEqual({})
  })

  it('takes the last of several members that may be repeated', () => {
    const bytes = Buffer.from('{"a":1,"user":2,"\\u0075ser":3,"system":4,"a":5}')
    const { values, duplicate } = findMembers(bytes, memberKeys(['a'], ['user', 'system', 'unused']))
    const text = (range: { start: number; end: number } | undefined) =>
      range && bytes.toString('utf8', range.start, range.end)
    expect([text(values.user), text(values.system), text(values.unused)]).toEqual(['3', '4', undefined])
    expect(duplicate).toBe('a')
  })

  it('finds no members in an empty object and in any other value', () => {
    expect(find(' { } ', ['a'])).toMatchObject({ values: {}, isObject: true })
    for (const text of ['[]', '"{}"', '1', 'null', '[{"a":1}]'])
      expect(find(text, ['a'])).toMatchObject({ values: {}, isObject: false, fault: undefined })
  })

  it('skips a long string with escaped quotes at any index', () => {
    for (let length = 0; length < 200; length += 1) {
      for (const ending of ['', '\\"', '\\\\', '\\\\\\"']) {
        const value = `"${'x'.repeat(length)}${ending}${'y'.repeat(60)}${ending}"`
        expect(find(`{"a":${value},"b":1}`, ['a', 'b']).values).toEqual({ a: value, b: '1' })
      }
    }
  })

  it('finds the members of any object', () => {
    const names = ['model', 'stream', 'x', 'é', '"']
    const objects = fc
      .uniqueArray(fc.constantFrom(...names), { maxLength: 5 })
      .chain((keys) => fc.tuple(...keys.map((key) => memberText(key, jsonText))).map((members) => members))
    fc.assert(
      fc.property(objects, space, (members, lead) => {
        const { values, fault } = find(lead + renderObject(members) + lead, ['model', 'stream', 'x'])
        expect(fault).toBeUndefined()
        const expected = members
          .filter(({ key }) => /^[a-z]/.test(key))
          .map(({ key, valueText }) => [key, valueText])
        expect(values).toEqual(Object.fromEntries(expected))
      }),
      { numRuns: 500 },
    )
  })
})
