import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFieldScan } from '../../../src/proxy/multipart/field-scan.ts'
import { readParameters } from '../../../src/proxy/multipart/read-parameters.ts'

const BOUNDARY = 'b0undary'

interface Part {
  readonly headers: string
  readonly content: Buffer
}

const bodyOf = (parts: readonly Part[], preamble = ''): Buffer =>
  Buffer.concat([
    Buffer.from(preamble === '' ? '' : `${preamble}\r\n`),
    ...parts.flatMap(({ headers, content }) => [
      Buffer.from(`--${BOUNDARY}\r\n${headers}${headers === '' ? '' : '\r\n'}\r\n`),
      content,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\nepilogue --${BOUNDARY}`),
  ])

const field = (name: string, text: string | Buffer): Part => ({
  headers: `Content-Disposition: form-data; name="${name}"`,
  content: Buffer.from(text as string),
})

/** Reads a body cut at these places. @returns what was known in the end. */
function scan(body: Buffer, cuts: readonly number[] = []) {
  const scanned = createFieldScan(BOUNDARY, 'model')
  const places = [
    0,
    ...[...new Set(cuts.map((cut) => cut % (body.length + 1)))].sort((a, b) => a - b),
    body.length,
  ]
  for (const [at, place] of places.entries()) scanned.push(body.subarray(places[at - 1] ?? 0, place))
  const range = scanned.range()
  return {
    value: scanned.value(),
    isComplete: scanned.isComplete(),
    inPlace: range && body.toString('utf8', range.start, range.end),
  }
}

const failure = (body: Buffer): unknown => {
  try {
    return scan(body)
  } catch (error) {
    return (error as { code?: string }).code
  }
}

// Bytes of which delimiters are made, so that much looks like one; none of them has the whole boundary.
const anyContent = fc
  .array(
    fc.constantFrom(
      '\r\n',
      '\r',
      '\n',
      '--',
      '-',
      'b0und',
      'ary',
      '\0',
      'x',
      `\r\n--${BOUNDARY.slice(0, -1)}`,
    ),
    {
      maxLength: 12,
    },
  )
  .map((pieces) => Buffer.from(pieces.join('').replaceAll(BOUNDARY, '')))
const otherPart = fc
  .tuple(fc.constantFrom('file', 'prompt', 'models', ''), anyContent)
  .map(([name, content]): Part => ({
    headers:
      name === ''
        ? ''
        : `content-disposition: form-data; filename="; name=model"; name=${name}\r\ncontent-type: a/b`,
    content,
  }))

describe('the scan for a field of a multipart body', () => {
  it('finds the same, wherever the field stands and wherever the body is cut', () => {
    fc.assert(
      fc.property(
        fc.array(otherPart, { maxLength: 4 }),
        fc.option(fc.tuple(fc.nat(4), fc.string({ unit: 'grapheme', maxLength: 20 })), { nil: undefined }),
        fc.constantFrom('', 'preamble'),
        fc.oneof(fc.constant('every byte' as const), fc.array(fc.nat(), { maxLength: 8 })),
        (others, model, preamble, cuts) => {
          const text = model?.[1].replaceAll(BOUNDARY, '')
          const parts =
            text === undefined ? others : others.toSpliced(model?.[0] ?? 0, 0, field('model', text))
          const body = bodyOf(parts, preamble)
          const places = cuts === 'every byte' ? Array.from({ length: body.length }, (_, at) => at) : cuts
          expect(scan(body, places)).toEqual({ value: text, isComplete: true, inPlace: text })
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('knows the field as soon as it has ended, and not before', () => {
    const body = bodyOf([field('model', 'whisper'), field('file', 'x'.repeat(100))])
    const end = body.indexOf('whisper') + 'whisper'.length + `\r\n--${BOUNDARY}`.length
    for (const [length, value] of [
      [end - 1, undefined],
      [end, 'whisper'],
    ] as const) {
      const scanned = createFieldScan(BOUNDARY, 'model')
      scanned.push(body.subarray(0, length))
      expect([scanned.value(), scanned.isComplete()]).toEqual([value, false])
    }
  })

  it('takes no file for the field, and reads quoted names', () => {
    const file = {
      headers: 'Content-Disposition: form-data; name="model"; filename="a"',
      content: Buffer.from('x'),
    }
    expect(scan(bodyOf([file])).value).toBeUndefined()
    const escaped = {
      headers: 'Content-Disposition: form-data;\r\n name="mo\\del"',
      content: Buffer.from('x'),
    }
    expect(scan(bodyOf([escaped])).value).toBe('x')
  })

  it('refuses what servers read differently, or what has no bound', () => {
    const model = field('model', 'a')
    expect(failure(bodyOf([model, field('file', 'x'), model]))).toBe('LB_ERR_DUPLICATE_KEY')
    expect(failure(bodyOf([field('model', 'a'.repeat(5_000))]))).toBe('LB_ERR_BAD_REQUEST')
    expect(failure(bodyOf([field('model', Buffer.from([0xff]))]))).toBe('LB_ERR_BAD_REQUEST')
    const headers = (text: string) => failure(bodyOf([{ headers: text, content: Buffer.from('x') }]))
    expect(headers(`x: ${'a'.repeat(9_000)}`)).toBe('LB_ERR_INVALID_BODY')
    expect(headers('content-disposition: form-data; name="a"; name="model"')).toBe('LB_ERR_INVALID_BODY')
    expect(headers(`content-disposition: form-data; name*=utf-8''model`)).toBe('LB_ERR_INVALID_BODY')
    expect(failure(Buffer.from(`--${BOUNDARY}and more\r\n\r\n`))).toBe('LB_ERR_INVALID_BODY')
  })
})

describe('the parameters of a header', () => {
  it.each([
    ['multipart/form-data; boundary=abc', { boundary: 'abc' }],
    ['form-data; Name="a;\\"b\\""; filename=x ', { name: 'a;"b"', filename: 'x' }],
    ['form-data', {}],
  ])('of %s are read', (value, expected) => {
    expect(Object.fromEntries(readParameters(value) ?? [])).toEqual(expected)
  })

  it.each(['form-data; name', 'form-data; name="a', 'form-data; name="a" b', 'form-data; a=1; A=2'])(
    'of %s are not',
    (value) => {
      expect(readParameters(value)).toBeUndefined()
    },
  )
})
