// Values of a batch of messages: numbers as they lie in memory, each text once, and all else as it is. By functions of the
// module, which V8 makes part of their caller; closures it would call.

/** What a process sends another of it. */
export interface PackedValues {
  /** Whole numbers, and what says of each other value which it is. */
  readonly whole: Int32Array
  /** Numbers that `whole` does not hold, in order. */
  readonly fractions: Float64Array
  /** Each once, after undefined. */
  readonly texts: readonly (string | undefined)[]
  /** In order. */
  readonly others: readonly unknown[]
}

export interface ValueWriter {
  whole: Int32Array
  wholeLength: number
  fractions: Float64Array
  fractionsLength: number
  texts: (string | undefined)[]
  /** By text. */
  readonly places: Map<string, number>
  others: unknown[]
}

export interface ValueReader extends PackedValues {
  at: number
  fractionAt: number
  otherAt: number
}

const FIRST_CAPACITY = 4_096
/** In the place of a whole number. */
const ABSENT = -2_147_483_648
const IS_FRACTION = -2_147_483_647
const NO_TEXT = 0

/** For one batch after the other: the memory of its numbers is used again. */
export const createValueWriter = (): ValueWriter => ({
  whole: new Int32Array(FIRST_CAPACITY),
  wholeLength: 0,
  fractions: new Float64Array(FIRST_CAPACITY),
  fractionsLength: 0,
  texts: [undefined],
  places: new Map(),
  others: [],
})

/** Makes room for so many values. */
export function reserve(to: ValueWriter, count: number): void {
  if (to.wholeLength + count > to.whole.length) {
    const { whole } = to
    to.whole = new Int32Array(2 * whole.length)
    to.whole.set(whole)
  }
  if (to.fractionsLength + count > to.fractions.length) {
    const { fractions } = to
    to.fractions = new Float64Array(2 * fractions.length)
    to.fractions.set(fractions)
  }
}

export function writeFraction(to: ValueWriter, value: number): void {
  to.fractions[to.fractionsLength++] = value
}

/** undefined is read as undefined. */
export function writeMaybeFraction(to: ValueWriter, value: number | undefined): void {
  to.fractions[to.fractionsLength++] = value ?? NaN
}

/** For one that is whole as a rule. */
export function writeNumber(to: ValueWriter, value: number): void {
  const isWhole = (value | 0) === value && value > IS_FRACTION
  to.whole[to.wholeLength++] = isWhole ? value : IS_FRACTION
  if (!isWhole) writeFraction(to, value)
}

/** undefined and null are read as undefined. */
export function writeMaybe(to: ValueWriter, value: number | null | undefined): void {
  if (value === undefined || value === null) to.whole[to.wholeLength++] = ABSENT
  else writeNumber(to, value)
}

/** undefined is read as false. */
export function writeFlag(to: ValueWriter, value: boolean | undefined): void {
  to.whole[to.wholeLength++] = value === true ? 1 : 0
}

function placeOf({ places, texts }: ValueWriter, text: string): number {
  const known = places.get(text)
  if (known !== undefined) return known
  places.set(text, texts.length)
  return texts.push(text) - 1
}

/** undefined is read as undefined. */
export function writeText(to: ValueWriter, text: string | undefined): void {
  to.whole[to.wholeLength++] = text === undefined ? NO_TEXT : placeOf(to, text)
}

export function writeOther(to: ValueWriter, value: unknown): void {
  to.others.push(value)
}

/** @returns what was written since the last time. */
export function takeValues(from: ValueWriter): PackedValues {
  const { texts, others } = from
  const whole = from.whole.slice(0, from.wholeLength)
  const fractions = from.fractions.slice(0, from.fractionsLength)
  from.wholeLength = 0
  from.fractionsLength = 0
  from.texts = [undefined]
  from.places.clear()
  from.others = []
  return { whole, fractions, texts, others }
}

export const createValueReader = ({ whole, fractions, texts, others }: PackedValues): ValueReader => ({
  ...{ whole, fractions, texts, others },
  ...{ at: 0, fractionAt: 0, otherAt: 0 },
})

export const isAtEnd = ({ at, whole }: ValueReader): boolean => at >= whole.length

export const readFraction = (from: ValueReader): number => from.fractions[from.fractionAt++] as number

export function readMaybeFraction(from: ValueReader): number | undefined {
  const value = readFraction(from)
  return Number.isNaN(value) ? undefined : value
}

export function readNumber(from: ValueReader): number {
  const value = from.whole[from.at++] as number
  return value === IS_FRACTION ? readFraction(from) : value
}

export function readMaybe(from: ValueReader): number | undefined {
  const value = from.whole[from.at++] as number
  if (value === ABSENT) return undefined
  return value === IS_FRACTION ? readFraction(from) : value
}

export const readFlag = (from: ValueReader): boolean => from.whole[from.at++] === 1

/** @returns one of certain words, or undefined, as it was written. */
export const readText = <Text extends string | undefined>(from: ValueReader): Text =>
  from.texts[from.whole[from.at++] as number] as Text

export const readOther = <Value>(from: ValueReader): Value => from.others[from.otherAt++] as Value
