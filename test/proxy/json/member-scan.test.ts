import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMemberScan } from '../../../src/proxy/json/member-scan.ts'
import { cut, fractions, space } from './arbitrary-json.ts'

const text = fc.oneof(
  fc.constantFrom('', '"', '\\', '{"done":true}', '}],"x":', 'é😀', 'x'.repeat(100), `${'\\"'.repeat(40)}`),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)
const key = fc.constantFrom('done', 'message', 'error', 'content', 'a')
const json = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    text,
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('any'), { maxLength: 3 }),
  object: fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
}))
const object = json.object

/** What is told of a value: a text by whether it is empty. */
function told(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty' : 'text'
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[' : '{'
  return JSON.stringify(value)
}

const toldOf = (value: string): string =>
  value.startsWith('"') ? (value === '""' ? 'empty' : 'text') : value

function membersOf(value: Record<string, unknown>): string[] {
  const own = Object.entries(value).flatMap(([name, member]) => [
    `.${name}=${told(member)}`,
    ...(told(member) === '{'
      ? Object.entries(member as object).map(([inner, each]) => `${name}.${inner}=${told(each)}`)
      : []),
  ])
  return [...own, 'closed']
}

it('reads the members of texts that follow each other, wherever they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(object, { maxLength: 4 }),
      fc.constantFrom(undefined, 1),
      space,
      fractions,
      (objects, indent, between, places) => {
        const seen: string[] = []
        const scan = createMemberScan({
          onMember: (parent, name, value) => void seen.push(`${parent}.${name}=${toldOf(value)}`),
          onClose: () => void seen.push('closed'),
        })
        const bytes = Buffer.from(objects.map((each) => JSON.stringify(each, null, indent)).join(between))
        for (const chunk of cut(bytes, places)) scan.push(chunk, 0, chunk.length)
        expect(seen).toEqual(objects.flatMap(membersOf))
        expect(scan.isInside()).toBe(false)
      },
    ),
    { numRuns: 1000 },
  )
})

it('takes any bytes, and reads what follows them after a reset', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
      const seen: string[] = []
      const scan = createMemberScan({
        onMember: (parent, name, value) => void seen.push(`${parent}.${name}=${value}`),
        onClose: () => undefined,
      })
      for (const chunk of chunks) scan.push(Buffer.from(chunk), 0, chunk.length)
      scan.reset()
      expect(scan.isInside()).toBe(false)
      seen.length = 0
      const next = Buffer.from('{"done":true}')
      scan.push(next, 0, next.length)
      expect(seen).toEqual(['.done=true'])
    }),
  )
})
