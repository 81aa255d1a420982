/** Where the prompts of a card come from: its own text, generated texts of given lengths, or a dataset file. */
import * as z from 'zod/mini'
import { decimal, text, wholeNumber } from './field-schemas.ts'

export const MAX_TOKENS = 200_000
const tokens = wholeNumber(1, MAX_TOKENS)

const range = { min: tokens, max: tokens }
const isRange = ({ min, max }: { readonly min: number; readonly max: number }): boolean => min <= max
const wrongRange = { error: 'takes at least the shortest length', path: ['max'] }

/** How many tokens a text has. */
const lengthsSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('constant'), tokens }),
    z.strictObject({ kind: z.literal('uniform'), ...range }).check(z.refine(isRange, wrongRange)),
    z.strictObject({ kind: z.literal('normal'), mean: tokens, deviation: decimal(0, MAX_TOKENS) }),
    /** Short lengths are common: the length of rank k above the shortest has a weight of 1 / k^exponent. */
    z
      .strictObject({ kind: z.literal('zipf'), ...range, exponent: decimal(0.1, 5) })
      .check(z.refine(isRange, wrongRange)),
  ],
  { error: 'takes constant, uniform, normal or zipf' },
)
export type Lengths = z.infer<typeof lengthsSchema>
export type LengthsKind = Lengths['kind']

const conversation = {
  /** Requests of one conversation; each carries the turns before it. */
  turns: wholeNumber(1, 50),
  /** Conversations that go on at once, in turn: the next turn of one comes after so many requests. */
  sessions: wholeNumber(1, 5_000),
}

export const workloadSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('text') }),
    z.strictObject({
      kind: z.literal('generated'),
      input: lengthsSchema,
      output: lengthsSchema,
      /** This part of the first prompt of a conversation is the same text in all with the same prefix. */
      sharedPercent: decimal(0, 100),
      /** How many different prefixes there are. */
      prefixes: wholeNumber(1, 10_000),
      ...conversation,
    }),
    z.strictObject({
      kind: z.literal('dataset'),
      datasetId: text(100, 1),
      /** Name for display. */
      datasetName: text(200),
      ...conversation,
    }),
  ],
  { error: 'takes text, generated or dataset' },
)
export type Workload = z.infer<typeof workloadSchema>

export const defaultLengths: { readonly [Kind in LengthsKind]: Extract<Lengths, { kind: Kind }> } = {
  constant: { kind: 'constant', tokens: 256 },
  uniform: { kind: 'uniform', min: 64, max: 1_024 },
  normal: { kind: 'normal', mean: 512, deviation: 128 },
  zipf: { kind: 'zipf', min: 16, max: 4_096, exponent: 1.1 },
}

export const defaultWorkloads: {
  readonly [Kind in Workload['kind']]: Extract<Workload, { kind: Kind }>
} = {
  text: { kind: 'text' },
  generated: {
    kind: 'generated',
    input: defaultLengths.normal,
    output: defaultLengths.constant,
    sharedPercent: 0,
    prefixes: 1,
    turns: 1,
    sessions: 8,
  },
  dataset: { kind: 'dataset', datasetId: 'none', datasetName: '', turns: 1, sessions: 8 },
}
