import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { skipPlain } from '../../../src/proxy/json/skip-plain.ts'

/** The law, byte by byte. */
function firstStop(bytes: Buffer, at: number): number {
  const found = bytes.findIndex(
    (byte, index) => index >= at && (byte < 0x20 || byte === 0x22 || byte === 0x5c),
  )
  return found === -1 ? bytes.length : found
}

// Texts with a rare stop, so that most of them are long enough to be compared in words.
const byte = fc.oneof(
  { weight: 300, arbitrary: fc.integer({ min: 0x20, max: 0xff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xff }) },
)

describe('skipPlain', () => {
  it('finds the first quote, backslash or control character, wherever the buffer begins in memory', () => {
    fc.assert(
      fc.property(
        fc.array(byte, { minLength: 1, maxLength: 700 }),
        fc.nat(7),
        fc.nat(300),
        (values, offset, at) => {
          const memory = Buffer.from([...Array<number>(offset).fill(0x22), ...values, 0x22, 0x22, 0x22])
          const bytes = memory.subarray(offset, offset + values.length)
          fc.pre(at <= bytes.length)
          expect(skipPlain(bytes, at)).toBe(firstStop(bytes, at))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it.each(Array.from({ length: 256 }, (_, value) => value))(
    'knows the byte %i in each place of a word',
    (value) => {
      for (let place = 0; place < 8; place += 1) {
        const bytes = Buffer.alloc(300, 'a')
        bytes[200 + place] = value
        expect(skipPlain(bytes, 1)).toBe(firstStop(bytes, 1))
      }
    },
  )
})
