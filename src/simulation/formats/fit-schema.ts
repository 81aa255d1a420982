// Makes a value that fits a simple JSON schema. Formats, patterns and conditions are ignored.
import { drawInteger, type Random } from '../random.ts'

type Schema = Record<string, unknown>

/** A deeper value is null, so that a schema that refers to itself ends. */
const MAX_DEPTH = 12
const LETTERS = 'abcdefghijklmnopqrstuvwxyz '

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise

/** Follows a reference such as `#/$defs/step`. */
function resolve(root: Schema, reference: string): unknown {
  let found: unknown = root
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
  }
  return found
}

function fitString(schema: Schema, random: Random): string {
  const shortest = numberOr(schema['minLength'], 0)
  const longest = Math.min(numberOr(schema['maxLength'], shortest + 12), shortest + 12)
  const length = drawInteger(random, shortest, longest)
  return Array.from({ length }, () => LETTERS[drawInteger(random, 0, LETTERS.length - 1)]).join('')
}

function fitNumber(schema: Schema, random: Random): number {
  const isInteger = schema['type'] === 'integer'
  const least = numberOr(schema['minimum'], numberOr(schema['exclusiveMinimum'], -1) + 1)
  const most = numberOr(schema['maximum'], numberOr(schema['exclusiveMaximum'], least + 101) - 1)
  return isInteger
    ? drawInteger(random, Math.ceil(least), Math.floor(most))
    : least + random() * Math.max(0, most - least)
}

/** @param schema - describes an object unless it says otherwise. @param random - for what the schema leaves open. */
export function fitSchema(schema: unknown, random: Random): unknown {
  const root = isObject(schema) ? schema : {}
  const pick = (values: readonly unknown[]): unknown => values[drawInteger(random, 0, values.length - 1)]

  const fit = (part: unknown, depth: number): unknown => {
    if (!isObject(part) || depth > MAX_DEPTH) return null
    if (typeof part['$ref'] === 'string') return fit(resolve(root, part['$ref']), depth + 1)
    if ('const' in part) return part['const']
    for (const key of ['enum', 'examples']) {
      if (Array.isArray(part[key]) && part[key].length > 0) return pick(part[key])
    }
    const choices = part['anyOf'] ?? part['oneOf'] ?? part['allOf']
    if (Array.isArray(choices)) return fit(choices[0], depth + 1)
    const type: unknown = Array.isArray(part['type']) ? part['type'][0] : part['type']
    if (type === 'object' || isObject(part['properties'])) {
      const properties = isObject(part['properties']) ? part['properties'] : {}
      return Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, fit(property, depth + 1)]),
      )
    }
    if (type === 'array') {
      const length = Math.max(numberOr(part['minItems'], 0), Math.min(1, numberOr(part['maxItems'], 1)))
      return Array.from({ length }, () => fit(part['items'] ?? { type: 'string' }, depth + 1))
    }
    if (type === 'string') return fitString(part, random)
    if (type === 'integer' || type === 'number') return fitNumber({ ...part, type }, random)
    return type === 'boolean' ? random() < 0.5 : null
  }
  return fit({ type: 'object', ...root }, 0)
}
