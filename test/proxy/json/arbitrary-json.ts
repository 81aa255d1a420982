// Arbitrary JSON texts as clients and backends may write them: any white space, escapes and numbers.
import fc from 'fast-check'

export const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n', '  ')

/** Writes a string as JSON, with some characters as \u escapes. */
function encodeString(text: string, escapeEvery: number): string {
  const encoded = Array.from({ length: text.length }, (_, index) =>
    escapeEvery > 0 && index % escapeEvery === 0
      ? `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`
      : JSON.stringify(text[index]).slice(1, -1),
  )
  return `"${encoded.join('')}"`
}

const trickyStrings = [
  '"usage":{"prompt_tokens":1}',
  '","stream":true,"x":"',
  'data: [DONE]\n\n',
  '\\',
  '\\"',
  '{[',
  '}]',
  'é😀',
  'x'.repeat(100),
  `${'y'.repeat(70)}"${'\\'.repeat(5)}`,
]

const string = fc
  .tuple(
    fc.oneof(fc.constantFrom(...trickyStrings), fc.string({ unit: 'grapheme', maxLength: 12 })),
    fc.constantFrom(0, 0, 1, 3),
  )
  .map(([text, escapeEvery]) => encodeString(text, escapeEvery))

const number = fc.constantFrom('0', '-0', '12', '-3.25', '123456789012345678901234567890', '1e400', '1E+2')

const nestedKeys = [
  'stream',
  'stream_options',
  'priority',
  'include_usage',
  'usage',
  'choices',
  'error',
  'content',
]
const anyKey = fc
  .tuple(fc.oneof(fc.constantFrom(...nestedKeys), fc.string({ maxLength: 6 })), fc.constantFrom(0, 0, 1))
  .map(([key, escapeEvery]) => encodeString(key, escapeEvery))

/** The text of any JSON value. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    string,
    number,
    fc.constantFrom('true', 'false', 'null'),
    fc
      .array(
        fc.tuple(space, tie('value'), space).map((parts) => parts.join('')),
        { maxLength: 4 },
      )
      .map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(anyKey, space, tie('value'), space), { maxLength: 4 })
      .map((members) => `{${members.map(([k, a, v, b]) => `${k}${a}:${v}${b}`).join(',')}}`),
  ),
})).value

export interface MemberText {
  readonly key: string
  /** The key as written, with its quotes. */
  readonly keyText: string
  readonly valueText: string
  readonly spaces: readonly [string, string, string, string]
}

export const memberText = (key: string, value: fc.Arbitrary<string>): fc.Arbitrary<MemberText> =>
  fc.record({
    key: fc.constant(key),
    // JSON.parse of V8 13.6 can read an escaped key of one character as a backslash, so such keys are not escaped here.
    keyText: fc.constantFrom(0, 0, 1, 2).map((every) => encodeString(key, key.length === 1 ? 0 : every)),
    valueText: value,
    spaces: fc.tuple(space, space, space, space),
  })

export function renderObject(members: readonly MemberText[], inserted = '', emptySpace = ''): string {
  const written = members.map(
    ({ keyText, valueText, spaces: [a, b, c, d] }) => `${a}${keyText}${b}:${c}${valueText}${d}`,
  )
  return `{${inserted}${members.length === 0 ? emptySpace : written.join(',')}}`
}

/** Cuts bytes at positions given as fractions of their length. */
export function cut(bytes: Buffer, fractions: readonly number[]): Buffer[] {
  const places = [0, ...fractions.map((f) => Math.floor(f * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  )
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

export const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })

/** The same object with its members in any order. */
export const shuffled = (objects: fc.Arbitrary<object>): fc.Arbitrary<object> =>
  objects.chain((given) => {
    const entries = Object.entries(given)
    return fc
      .shuffledSubarray(entries, { minLength: entries.length })
      .map((order) => Object.fromEntries(order) as object)
  })
