import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBodyRename, createStreamRename } from '../../../src/proxy/response/rename-model.ts'

const NAME = 'ali"as ä'

/** Passes the text on in pieces that are cut at the given places. */
function renamed(create: typeof createBodyRename, text: string, cuts: readonly number[] = []): string {
  const rename = create(NAME)
  const bytes = Buffer.from(text)
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return Buffer.concat(at.slice(1).map((end, index) => rename(bytes.subarray(at[index], end)))).toString()
}

const cuts = fc.array(fc.nat(), { maxLength: 6 })
const text = fc.string({
  unit: fc.constantFrom('a', 'model', '"', '\\', '{', '}', '[', ',', ':', ' ', 'é', '\n'),
})
const json = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, fc.boolean(), fc.integer(), text, tie('list'), tie('object')),
  list: fc.array(tie('any'), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom('model', 'message', 'response', 'id', 'x'), tie('any'), {
    maxKeys: 4,
  }),
}))
const anyObject: fc.Arbitrary<Record<string, unknown>> = json.object

function withName(object: Record<string, unknown>, parents: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(object).map(([key, value]) => {
    if (key === 'model' && typeof value === 'string') return [key, NAME]
    const isParent = parents.includes(key) && typeof value === 'object' && value && !Array.isArray(value)
    return [key, isParent ? withName(value as Record<string, unknown>, []) : value]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}

describe('a response of an alias', () => {
  it('has its name as the model of the outermost object alone, wherever its chunks are cut', () => {
    fc.assert(
      fc.property(anyObject, cuts, fc.constantFrom(undefined, 2), (object, at, space) => {
        const body = JSON.stringify(object, null, space)
        const result = renamed(createBodyRename, body, at)
        expect(JSON.parse(result)).toEqual(withName(object, []))
        if (typeof object['model'] !== 'string') expect(result).toBe(body)
      }),
    )
  })

  it('has its name in each event of a stream, and keeps every other byte', () => {
    const line = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(fc.array(anyObject, { maxLength: 4 }), line, cuts, (objects, end, at) => {
        const stream = (list: readonly object[]): string =>
          [
            ...list.map(
              (each) => `: model\n${end}event: model${end}data: ${JSON.stringify(each)}${end}${end}`,
            ),
            `data: [DONE]${end}${end}`,
          ].join('')
        const expected = objects.map((each) => withName(each, ['message', 'response']))
        expect(renamed(createStreamRename, stream(objects), at)).toBe(stream(expected))
      }),
    )
  })

  it('keeps an event whose data stands on several lines', () => {
    expect(
      renamed(createStreamRename, 'data: {"id":1,\ndata: "model":"m",\ndata:"x":{"model":"m"}}\n\n'),
    ).toBe(`data: {"id":1,\ndata: "model":${JSON.stringify(NAME)},\ndata:"x":{"model":"m"}}\n\n`)
  })
})
