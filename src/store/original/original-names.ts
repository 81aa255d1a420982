// Makes the names of the Python original, which took any text, valid and unique by today's rules.
import { displayName, endpointName } from '../../contract/fields.ts'

const MAX_LENGTH = 120

interface NamedEndpoint {
  readonly id: number
  readonly name: string
}

/** Accents go, other characters that are not allowed become hyphens. */
function validEndpointName({ id, name }: NamedEndpoint): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '')
  const kept = plain
    .replace(/[^A-Za-z0-9 ._-]/gu, '-')
    .trim()
    .slice(0, MAX_LENGTH)
    .trim()
  return endpointName.safeParse(kept).success ? kept : `endpoint-${id}`
}

/** A name that is valid stays; the others are made so, and where that gives one twice they get a number. */
export function uniqueEndpointNames(endpoints: readonly NamedEndpoint[]): Map<number, string> {
  const names = new Map<number, string>()
  const taken = new Set<string>()
  const give = (id: number, name: string): void => {
    names.set(id, name)
    taken.add(name)
  }
  const isFine = ({ name }: NamedEndpoint): boolean =>
    endpointName.safeParse(name).success && !taken.has(name)

  for (const endpoint of endpoints) if (isFine(endpoint)) give(endpoint.id, endpoint.name)
  for (const endpoint of endpoints) {
    if (names.has(endpoint.id)) continue
    const wanted = validEndpointName(endpoint)
    let name = wanted
    for (let number = 2; taken.has(name); number += 1) {
      const suffix = `-${number}`
      name = `${wanted.slice(0, MAX_LENGTH - suffix.length)}${suffix}`
    }
    give(endpoint.id, name)
  }
  return names
}

/** @returns the name without control characters, or `fallback` where nothing visible is left of it. */
export function displayNameFrom(name: string, fallback: string): string {
  const visible = name
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH)
    .toWellFormed()
  return displayName.safeParse(visible).success ? visible : fallback
}
