import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endOfValue, endsInEscape, findClosingQuote, isWord } from '../../../src/proxy/json/json-scan.ts'
import { jsonText } from './arbitrary-json.ts'

const BACKSLASH = 0x5c
const QUOTE = 0x22

/** The law, byte by byte. */
function closingQuote(bytes: Buffer, from: number, end: number): number {
  let isEscaped = false
  for (let at = from; at < end; at += 1) {
    if (bytes[at] === QUOTE && !isEscaped) return at
    isEscaped = bytes[at] === BACKSLASH && !isEscaped
  }
  return -1
}

// Runs of plain text that are searched natively, and what stands at their ends.
const texts = fc
  .array(fc.constantFrom('"', '\\', '\\\\', 'x', 'x'.repeat(47), 'x'.repeat(48), 'x'.repeat(49)), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''))

describe('the end of a string', () => {
  it('is its first quote that is not escaped, before the end of what is searched', () => {
    fc.assert(
      fc.property(texts, fc.nat(30), fc.nat(100), (text, from, cut) => {
        const bytes = Buffer.from(text)
        fc.pre(from <= bytes.length)
        for (const end of [bytes.length, Math.max(from, bytes.length - cut)])
          expect(findClosingQuote(bytes, from, end)).toBe(closingQuote(bytes, from, end))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is escaped by an odd number of backslashes, of those inside of the string', () => {
    const bytes = Buffer.from('\\\\\\\\')
    for (let from = 0; from <= 4; from += 1)
      for (let end = from; end <= 4; end += 1)
        expect(endsInEscape(bytes, from, end)).toBe((end - from) % 2 === 1)
    expect(endsInEscape(Buffer.from('a\\b'), 0, 3)).toBe(false)
  })
})

it('the end of a value is found in any JSON, and is that of the bytes where it is not complete', () => {
  fc.assert(
    fc.property(jsonText, fc.constantFrom(',', ']', '}', ' ', '\n'), (text, after) => {
      const value = Buffer.from(text.trim())
      expect(endOfValue(Buffer.concat([value, Buffer.from(after + 'x')]), 0, value.length + 2)).toBe(
        value.length,
      )
      for (let end = 1; end < value.length; end += 1) expect(endOfValue(value, 0, end)).toBe(end)
    }),
    { numRuns: 200 },
  )
})

it.each([
  ['xnull', 1, 5, true],
  ['xnull', 0, 4, false],
  ['null', 0, 3, false],
  ['nulL', 0, 4, false],
  ['Null', 0, 4, false],
  ['nulls', 0, 5, false],
])('of %j the bytes from %i to %i are the word null: %s', (text, start, end, is) => {
  expect(isWord(Buffer.from(text), start, end, 'null')).toBe(is)
})
