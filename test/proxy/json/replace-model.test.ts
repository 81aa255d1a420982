// The model's name is replaced where a client looks for it, and nowhere else.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createModelScan } from '../../../src/proxy/json/replace-model.ts'

const PARENTS = ['response', 'message']
const NAME = 'what the client asked for'

/** @returns the text with the name in place of each one that the scan finds. */
function replaced(text: string, scan = createModelScan(new Set(PARENTS))): string {
  let written = ''
  for (const byte of Buffer.from(text, 'latin1')) {
    const step = scan.step(byte)
    if (step === 'keep') written += String.fromCharCode(byte)
    else if (step === 'replace') written += JSON.stringify(NAME)
  }
  return written
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const rename = (value: Json): Json =>
  Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === 'model' && typeof one === 'string' ? NAME : one]),
  )

/** What a client is to read. */
const expected = (value: Json): Json =>
  Object.fromEntries(
    Object.entries(rename(value)).map(([key, one]) => [
      key,
      PARENTS.includes(key) && isObject(one) ? rename(one) : one,
    ]),
  )

const { value: object } = fc.letrec<{ value: Json; item: unknown }>((tie) => ({
  value: fc.dictionary(
    fc.constantFrom('model', 'response', 'message', 'modelx', 'x', 'a model of a longer name', ''),
    tie('item'),
    { maxKeys: 4 },
  ),
  item: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>('llama', '', 'model', '"', '\\', '\\"', '{"model":"x"}', '}],:', 7, true, null),
    tie('value'),
    fc.array(tie('item'), { maxLength: 3 }),
  ),
}))

describe('the name of a model', () => {
  it('is replaced in the outermost object and in the named members of it, in any JSON', () => {
    fc.assert(
      fc.property(object, fc.constantFrom(0, 1), (value, indent) => {
        expect(JSON.parse(replaced(JSON.stringify(value, null, indent)))).toEqual(expected(value))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is replaced whole, whatever it is, and every other byte stays', () => {
    const name = String.raw`a \"quoted\" \\`
    expect(replaced(`{ "id" : "model", "model" : "${name}" , "n":1.0}`)).toBe(
      `{ "id" : "model", "model" : "${NAME}" , "n":1.0}`,
    )
  })

  it('is replaced in no list, no member of a member and no text', () => {
    for (const text of [
      '[{"model":"x"}]',
      '{"other":{"model":"x"}}',
      '{"response":[{"model":"x"}]}',
      '{"response":{"response":{"model":"x"}}}',
      '{"other":{"response":{"model":"x"}}}',
      '"model"',
      '{"models":"x","modelmodelmodel":"x"}',
    ])
      expect(replaced(text)).toBe(text)
  })

  it('is replaced in a text that follows one that broke off', () => {
    const scan = createModelScan(new Set(PARENTS))
    for (const broken of [
      '{"a":{"b":"c',
      '{"model',
      '{"model":"x\\',
      '{"model":',
      '{"response":{"a',
      '[[{',
    ]) {
      replaced(broken, scan)
      scan.reset()
      expect(replaced('{"model":"x"}', scan), broken).toBe(`{"model":"${NAME}"}`)
    }
  })
})
