// Schemas of fields that several objects share, with their ranges.
import { z } from 'zod'

export const id = z.int().positive().meta({ description: 'Positive integer, never reused.' })

/** Canvas coordinates in CSS pixels at 100 % zoom. */
export const position = z.number().min(-1_000_000).max(1_000_000)

/** ISO 8601 in UTC. */
export const timestamp = z.string()

export const etag = z.string().meta({
  description:
    'Strong entity tag, with its quotes: what is configured, without positions, times and figures.',
})

export const percent = z.number().min(0).max(100)

// Headers and metric labels carry an endpoint's name, so it is limited to characters that both allow.
export const endpointName = z
  .string()
  .regex(/^[A-Za-z0-9 ._-]{1,120}$/, 'takes 1 to 120 letters, digits, spaces, dots, underscores and hyphens')
  .regex(/^\S(.*\S)?$/, 'takes no space at its ends')

const controlCharacter = /\p{Cc}/u

/** Free text for people; pages must show it as text, never as markup. */
export const displayName = z
  .string()
  .min(1)
  .max(120)
  .refine((name) => name.trim() !== '' && !controlCharacter.test(name), 'takes visible characters only')

export const MAX_GROUP_NAME = 60

/** Free text; empty for no group. */
export const groupName = z
  .string()
  .max(MAX_GROUP_NAME)
  .refine(
    (name) => name === name.trim() && !controlCharacter.test(name),
    'takes visible characters only, and no space at its ends',
  )

export const count = z.int().nonnegative()

/** Parts of the token counters that some backends tell. */
export const tokenDetails = {
  cached_tokens_total: count.meta({
    description: "Those of the prompt tokens that came from a backend's cache, as far as it tells.",
  }),
  reasoning_tokens_total: count.meta({
    description: 'Those of the completion tokens that were spent on reasoning, as far as a backend tells.',
  }),
}

const noSpaces = (name: string): boolean => !/[\p{Cc}\s]/u.test(name)

/** A model as clients name it. */
export const modelName = z
  .string()
  .min(1)
  .max(256)
  .refine((name) => noSpaces(name) && !name.includes('*'), 'takes no spaces, no control characters and no *')

const modelPattern = z.string().min(1).max(256).refine(noSpaces, 'takes no spaces and no control characters')

/** Names of models, and patterns in which `*` stands for any text. */
export const modelPatterns = z.array(modelPattern).max(1000)

/** @returns the patterns, each once. */
export const normalisePatterns = (patterns: readonly string[]): readonly string[] => [...new Set(patterns)]
