import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepareBody } from '../../../src/proxy/request/prepare-body.ts'
import { spliceBody } from '../../../src/proxy/request/splice-body.ts'
import { type MemberText, jsonText, memberText, renderObject, space } from '../json/arbitrary-json.ts'

const splice = (text: string, includeUsage: boolean, priority?: number): string =>
  spliceBody(prepareBody(Buffer.from(text)), { includeUsage, priority, model: undefined }).toString()

describe('spliceBody', () => {
  it.each([
    ['{}', '{"stream_options":{"include_usage":true},"priority":5}'],
    ['{ "a" : 1.0 }', '{"stream_options":{"include_usage":true},"priority":5, "a" : 1.0 }'],
    ['{"stream_options":null}', '{"priority":5,"stream_options":{"include_usage":true}}'],
    ['{"stream_options":{ }}', '{"priority":5,"stream_options":{"include_usage":true }}'],
    ['{"stream_options":{"x":1}}', '{"priority":5,"stream_options":{"include_usage":true,"x":1}}'],
    [
      '{"stream_options":{"include_usage": false}}',
      '{"priority":5,"stream_options":{"include_usage": true}}',
    ],
    ['{"stream_options":{"include_usage":null}}', '{"priority":5,"stream_options":{"include_usage":true}}'],
    ['{"priority" : null}', '{"stream_options":{"include_usage":true},"priority" : 5}'],
    ['{"priority":0}', '{"stream_options":{"include_usage":true},"priority":0}'],
  ])('turns %s into %s', (before, after) => {
    expect(splice(before, true, 5)).toBe(after)
  })

  it("puts another model in place of the client's, and leaves every other byte", () => {
    const options = { includeUsage: true, priority: 5, model: 'größe "x"' }
    const spliced = (text: string): string => spliceBody(prepareBody(Buffer.from(text)), options).toString()
    expect(spliced('{ "seed":1.0, "mod\\u0065l" : "alias" ,"priority":1,"stream_options":null}')).toBe(
      '{ "seed":1.0, "mod\\u0065l" : "größe \\"x\\"" ,"priority":1,"stream_options":{"include_usage":true}}',
    )
    expect(spliced('{"priority":1,"stream_options":{"include_usage":true}}')).toBe(
      '{"priority":1,"stream_options":{"include_usage":true}}',
    )
  })

  it('returns the same Buffer where nothing has to change', () => {
    const bytes = Buffer.from(
      '{"stream_options":{"include_usage":true},"priority":-3,"seed":123456789012345678901}',
    )
    const prepared = prepareBody(bytes)
    expect(spliceBody(prepared, { includeUsage: true, priority: 5, model: undefined })).toBe(bytes)
    const none = { includeUsage: false, priority: undefined, model: undefined }
    expect(spliceBody(prepareBody(Buffer.from('{}')), none)).toEqual(Buffer.from('{}'))
  })

  const optionMembers = fc.tuple(
    fc.option(memberText('include_usage', fc.constantFrom('true', 'false', 'null')), { nil: undefined }),
    fc.array(memberText('continuous_usage_stats', jsonText), { maxLength: 1 }),
    fc.boolean(),
    space,
  )
  type Options = 'null' | { members: MemberText[]; emptySpace: string }
  const options: fc.Arbitrary<Options> = fc.oneof(
    fc.constant('null' as const),
    optionMembers.map(([usage, others, usageFirst, emptySpace]) => {
      const known = usage ? [usage] : []
      return { members: usageFirst ? [...known, ...others] : [...others, ...known], emptySpace }
    }),
  )
  const renderOptions = (value: Options): string =>
    value === 'null' ? value : renderObject(value.members, '', value.emptySpace)

  /** The stream options expected after usage has been requested. */
  function askedOptions(value: Options): string {
    if (value === 'null') return '{"include_usage":true}'
    if (value.members.some((member) => member.key === 'include_usage')) {
      const members = value.members.map((m) => (m.key === 'include_usage' ? { ...m, valueText: 'true' } : m))
      return renderObject(members, '', value.emptySpace)
    }
    const inserted = `"include_usage":true${value.members.length > 0 ? ',' : ''}`
    return renderObject(value.members, inserted, value.emptySpace)
  }

  const bodies = fc
    .record({
      others: fc.uniqueArray(
        fc
          .oneof(
            fc.constantFrom('model_x', 'messages', 'seed', 'Stream', 'stream '),
            fc.string({ maxLength: 5 }),
          )
          .filter((key) => key !== 'n' && key !== 'model')
          .chain((key) => memberText(key, jsonText)),
        { maxLength: 5, selector: (member) => member.key },
      ),
      options: fc.option(options, { nil: undefined }),
      optionsFrame: memberText('stream_options', fc.constant('')),
      priority: fc.option(memberText('priority', fc.constantFrom('null', '0', '-7', '1e2')), {
        nil: undefined,
      }),
      order: fc.tuple(fc.nat(6), fc.nat(6)),
      lead: space,
      emptySpace: space,
    })
    .map(({ others, options: value, optionsFrame, priority, order, lead, emptySpace }) => {
      const members: (MemberText & { readonly options?: Options })[] = [...others]
      if (value !== undefined) {
        members.splice(order[0], 0, { ...optionsFrame, valueText: renderOptions(value), options: value })
      }
      if (priority) members.splice(order[1], 0, priority)
      return { members, lead, emptySpace }
    })

  it('changes no other byte, in any body', () => {
    fc.assert(
      fc.property(
        bodies,
        fc.boolean(),
        fc.option(fc.nat(1000), { nil: undefined }),
        ({ members, lead, emptySpace }, includeUsage, priority) => {
          const inserted: string[] = []
          const has = (key: string) => members.some((member) => member.key === key)
          if (includeUsage && !has('stream_options')) inserted.push('"stream_options":{"include_usage":true}')
          if (priority !== undefined && !has('priority')) inserted.push(`"priority":${priority}`)
          const edited = members.map((member) => {
            if (member.options && includeUsage) return { ...member, valueText: askedOptions(member.options) }
            const setsPriority =
              member.key === 'priority' && member.valueText === 'null' && priority !== undefined
            return setsPriority ? { ...member, valueText: String(priority) } : member
          })
          const insertion = inserted.join(',') + (inserted.length > 0 && members.length > 0 ? ',' : '')
          const result = splice(lead + renderObject(members, '', emptySpace) + lead, includeUsage, priority)
          expect(result).toBe(lead + renderObject(edited, insertion, emptySpace) + lead)

          const before = JSON.parse(renderObject(members, '', emptySpace)) as Record<string, unknown>
          const after = JSON.parse(result) as Record<string, unknown>
          if (includeUsage) {
            const given = (before.stream_options ?? {}) as Record<string, unknown>
            before.stream_options = { ...given, include_usage: true }
          }
          if (priority !== undefined) before.priority ??= priority
          expect(after).toEqual(before)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
