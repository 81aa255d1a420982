/** Tests how the text of a list field is divided into lines. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseLines } from '../../../../public/ui/fields/lines-field.tsx'

it('ignores blank lines, and spaces at the ends of a line', () => {
  expect(parseLines('\n\n llama-3 \n \t\nqwen-*\r\n\n')).toEqual(['llama-3', 'qwen-*'])
  expect(parseLines('a b\nc')).toEqual(['a b', 'c'])
  for (const text of ['', '\n', '  \n\t\n']) expect(parseLines(text), JSON.stringify(text)).toEqual([])
})

it('reads back any list that it shows', () => {
  const line = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && !text.includes('\n'))
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(parseLines(lines.join('\n'))).toEqual(lines)
    }),
  )
})
