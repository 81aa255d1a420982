import fc from 'fast-check'
import { expect, it } from 'vitest'
import { renderLongJson } from '../../../src/admin/http/render-json.ts'

const item = fc.jsonValue()
const long = fc.array(item, { minLength: 201, maxLength: 450 })

it('is the JSON of lists and of objects with long lists', async () => {
  const value = fc.oneof(
    long,
    fc
      .dictionary(fc.string(), fc.oneof(item, fc.constant(undefined), long), { maxKeys: 4 })
      .chain((object) => long.map((list) => ({ ...object, list }))),
  )
  await fc.assert(
    fc.asyncProperty(value, async (sample) => {
      expect((await renderLongJson(sample))?.toString()).toBe(JSON.stringify(sample))
    }),
    { numRuns: 40 },
  )
})

it('leaves other work its turn, and short values to others', async () => {
  let turns = 0
  const count = (): void => {
    turns += 1
    if (!isDone) setImmediate(count)
  }
  let isDone = false
  setImmediate(count)
  await renderLongJson({ list: Array.from({ length: 2_001 }, (_, n) => n) })
  isDone = true
  expect(turns).toBeGreaterThanOrEqual(9)
  expect(await renderLongJson({ list: [1, 2, 3] })).toBeUndefined()
  expect(await renderLongJson('text')).toBeUndefined()
})
