/** File formats of profiles (all cards) and model configurations (one card), version 1. They contain no keys. */
import * as z from 'zod/mini'
import { check, text, type Checked } from './field-schemas.ts'
import { scenarioSchema, withoutKey, type Scenario } from './scenario.ts'

const MAX_CARDS = 100
/** Larger files are refused without parsing. */
const MAX_FILE_CHARACTERS = 50_000_000

const version = z.literal(1, { error: 'takes version 1' })
const card = z.omit(scenarioSchema, { key: true })

export const profileSchema = z.strictObject({
  format: z.literal('load-producer-profile', { error: 'takes a profile exported by the Load Producer' }),
  version,
  name: text(120, 1),
  cards: z
    .array(card, { error: 'takes a list of cards' })
    .check(z.maxLength(MAX_CARDS, `takes at most ${MAX_CARDS} cards`)),
})
export type Profile = z.infer<typeof profileSchema>

export const cardFileSchema = z.strictObject({
  format: z.literal('load-producer-card', { error: 'takes a card exported by the Load Producer' }),
  version,
  card,
})
export type CardFile = z.infer<typeof cardFileSchema>

export const makeProfile = (name: string, cards: readonly Scenario[]): Profile => ({
  format: 'load-producer-profile',
  version: 1,
  name,
  cards: cards.map(withoutKey),
})

export const makeCardFile = (scenario: Scenario): CardFile => ({
  format: 'load-producer-card',
  version: 1,
  card: withoutKey(scenario),
})

/** @returns the scenarios of a profile with empty keys. */
export const profileCards = ({ cards }: Profile): Scenario[] =>
  cards.map((scenario) => ({ ...scenario, key: '' }))

/** Parses an untrusted file and checks it against the schema. */
export function parseFile<Schema extends z.ZodMiniType>(
  schema: Schema,
  content: string,
): Checked<z.output<Schema>> {
  if (content.length > MAX_FILE_CHARACTERS)
    return { ok: false, faults: [{ path: '', message: 'The file is too large' }] }
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    return { ok: false, faults: [{ path: '', message: 'The file is not JSON' }] }
  }
  return check(schema, value)
}
