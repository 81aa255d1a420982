import { expect, it } from 'vitest'
import { readConfigDocument } from '../../../src/admin/config-file/text/config-document.ts'
import { effort } from '../../support/effort.ts'

/** The processor time that reading takes, whatever else the machine does, in ms. */
function costMs(text: string): number {
  const before = process.cpuUsage()
  try {
    readConfigDocument(text)
  } catch {
    // Some of the files are wrong.
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const repeat = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('')

const FEW = 2_000
const MANY = effort(20_000, 10_000)

it.each<[string, number, (count: number) => string]>([
  ['keys', effort(32_000, 10_000), (count) => repeat(count, (n) => `k${n}: 1`)],
  [
    'objects',
    MANY,
    (count) => `client_tokens:\n${repeat(count, (n) => `  - { name: t${n}, incoming_block: m }`)}`,
  ],
  [
    'objects with an error each',
    MANY,
    (count) => `client_tokens:\n${repeat(count, (n) => `  - { name: t${n} }`)}`,
  ],
])('a file of many %s is read in time in proportion to its length', (_what, many, fileOf) => {
  // Once the code is compiled.
  costMs(fileOf(FEW))
  const times = many / FEW
  const few = Array.from({ length: times }, () => costMs(fileOf(FEW)))
  const expected = few.reduce((sum, cost) => sum + cost, 0)
  // In proportion to the square it would be `times` as much, at least five. The collector's part varies.
  const least = Math.min(costMs(fileOf(many)), costMs(fileOf(many)))
  expect(least).toBeLessThan(3 * expected)
})
