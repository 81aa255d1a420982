import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMember, listMembers } from '../../../src/proxy/json/json-members.ts'
import { jsonText, memberText, renderObject, space } from './arbitrary-json.ts'

const list = (text: string) => {
  const bytes = Buffer.from(text)
  return listMembers(bytes)?.members.map(({ key, valueStart, valueEnd }) => [
    key,
    bytes.toString('utf8', valueStart, valueEnd),
  ])
}

describe('listMembers', () => {
  it('lists the members of the outermost object only', () => {
    expect(list('{"a":1, "b" : {"c":[2]} ,"d":"x,\\"}"}')).toEqual([
      ['a', '1'],
      ['b', '{"c":[2]}'],
      ['d', '"x,\\"}"'],
    ])
  })

  it('decodes escapes in keys and keeps duplicates', () => {
    expect(list('{"\\u0073tream":true,"stream":false}')).toEqual([
      ['stream', 'true'],
      ['stream', 'false'],
    ])
  })

  it('finds no members in an empty object and returns null for any other value', () => {
    expect(listMembers(Buffer.from(' { } '))).toEqual({ insertAt: 2, members: [] })
    for (const text of ['[]', '"{}"', '1', 'null', '']) expect(listMembers(Buffer.from(text))).toBeNull()
  })

  it('reads the given range only', () => {
    const bytes = Buffer.from('{"a":{"b":1},"c":2}')
    expect(listMembers(bytes, 5, 12)?.members).toEqual([
      { key: 'b', keyStart: 6, valueStart: 10, valueEnd: 11 },
    ])
  })

  it('skips a long string with escaped quotes at any index', () => {
    for (let length = 0; length < 200; length += 1) {
      for (const ending of ['', '\\"', '\\\\', '\\\\\\"']) {
        const value = `"${'x'.repeat(length)}${ending}${'y'.repeat(60)}${ending}"`
        expect(list(`{"a":${value},"b":1}`)).toEqual([
          ['a', value],
          ['b', '1'],
        ])
      }
    }
  })

  it('finds every member of any object at its index', () => {
    const objects = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 8 }).chain((key) => memberText(key, jsonText)),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(objects, space, (members, lead) => {
        const text = lead + renderObject(members) + lead
        expect(list(text)).toEqual(members.map(({ key, valueText }) => [key, valueText]))
      }),
      { numRuns: 500 },
    )
  })
})

describe('findMember', () => {
  it('finds the value of the last member of that key in the outermost object', () => {
    const bytes = Buffer.from('{"b":0,"a":{"b":1}, "b" : [2] ,"c":3}')
    const textOf = (key: string) => {
      const found = findMember(bytes, key)
      return found && bytes.toString('utf8', found.start, found.end)
    }
    expect(['a', 'b', 'c', 'd'].map(textOf)).toEqual(['{"b":1}', '[2]', '3', undefined])
  })

  it('finds it in the given range only, and nothing in what is no object', () => {
    const bytes = Buffer.from('{"a":{"b":1},"b":2}')
    expect(findMember(bytes, 'b', 5, 12)).toEqual({ start: 10, end: 11 })
    expect(findMember(bytes, 'a', 5, 12)).toBeUndefined()
    expect(findMember(Buffer.from('["a"]'), 'a')).toBeUndefined()
  })
})
