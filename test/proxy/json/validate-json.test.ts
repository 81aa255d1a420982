// The validator, compared with JSON.parse.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_JSON_DEPTH, validateJson } from '../../../src/proxy/json/validate-json.ts'
import { jsonText } from './arbitrary-json.ts'

const faultOf = (text: string) => validateJson(Buffer.from(text), () => undefined)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('validateJson', () => {
  it('accepts what JSON.parse accepts, and nothing else', () => {
    const noise = fc.constantFrom(
      ...['"', '\\', '\\u12', '\\u00e9', '{', '}', '[', ']', ':', ',', ' ', '\n', '\t', '\u0001', '\u00a0'],
      ...[
        '0',
        '01',
        '1.',
        '.5',
        '-',
        '-0',
        '+1',
        '1e',
        'e5',
        '1E+5',
        'true',
        'tru',
        'null',
        'nul',
        'NaN',
        'é',
      ],
    )
    const changed = fc.tuple(jsonText, fc.nat(), fc.nat(3), noise).map(([text, at, removed, added]) => {
      const place = at % (text.length + 1)
      return text.slice(0, place) + added + text.slice(place + removed)
    })
    const drawn = fc.oneof(
      jsonText,
      changed,
      fc.array(noise, { maxLength: 8 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(drawn, (text) => {
        expect([text, faultOf(text) === undefined]).toEqual([text, isJson(text)])
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    ['', 0],
    ['{"a":1,}', 7],
    ['{"a":1', 6],
    ['{"a" 1}', 5],
    ['[1,]', 3],
    ['nope', 1],
    ['{a:1}', 1],
    ['[1.x]', 3],
    ['[1e+]', 4],
    ['[-]', 2],
    ['"\\x"', 2],
    ['[tru]', 4],
    ['{} x', 3],
    ['"\\u00g0"', 5],
    ['"a', 2],
  ])('reports where %j stops being JSON', (text, at) => {
    expect(faultOf(text)).toEqual({ at, isTooDeep: false })
  })

  it('accepts 512 levels of arrays and objects, and no more', () => {
    const nested = (levels: number): string => '[{"a":'.repeat(levels / 2) + '1' + '}]'.repeat(levels / 2)
    expect(faultOf(nested(MAX_JSON_DEPTH))).toBeUndefined()
    expect(faultOf(`[${nested(MAX_JSON_DEPTH)}]`)).toMatchObject({ isTooDeep: true })
    expect(faultOf('['.repeat(10_000))).toEqual({ at: 512, isTooDeep: true })
  })
})
