// Makes names of the Python original, which allowed any text, valid and unique.
import { displayName, endpointName } from '../../contract/objects/field-schemas.ts'

const MAX_LENGTH = 120

interface NamedEndpoint {
  readonly id: number
  readonly name: string
}

/** Removes accents and replaces other characters that are not allowed by hyphens. */
function validEndpointName({ id, name }: NamedEndpoint): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '')
  const kept = plain
    .replace(/[^A-Za-z0-9 ._-]/gu, '-')
    .trim()
    .slice(0, MAX_LENGTH)
    .trim()
  return endpointName.safeParse(kept).success ? kept : `endpoint-${id}`
}

/** Keeps valid names, corrects the others, and appends a number to duplicates. */
export function uniqueEndpointNames(endpoints: readonly NamedEndpoint[]): Map<number, string> {
  const names = new Map<number, string>()
  const taken = new Set<string>()
  const assign = (id: number, name: string): void => {
    names.set(id, name)
    taken.add(name)
  }
  const isUsable = ({ name }: NamedEndpoint): boolean =>
    endpointName.safeParse(name).success && !taken.has(name)

  for (const endpoint of endpoints) if (isUsable(endpoint)) assign(endpoint.id, endpoint.name)
  for (const endpoint of endpoints) {
    if (names.has(endpoint.id)) continue
    const corrected = validEndpointName(endpoint)
    let name = corrected
    for (let number = 2; taken.has(name); number += 1) {
      const suffix = `-${number}`
      name = `${corrected.slice(0, MAX_LENGTH - suffix.length)}${suffix}`
    }
    assign(endpoint.id, name)
  }
  return names
}

/** @returns the name without control characters, or `fallback` if nothing visible remains. */
export function displayNameFrom(name: string, fallback: string): string {
  const visible = name
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH)
    .toWellFormed()
  return displayName.safeParse(visible).success ? visible : fallback
}
