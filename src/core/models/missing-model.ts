// Tells a client that no endpoint in its reach serves the model that it asks for.
import type { FirstNames } from './first-names.ts'

const MAX_NAMES = 20
const MAX_NEAR = 3
const MAX_EDITS = 4
const MAX_CHARACTERS = 100
// Names that are compared with the model, so that the time is bounded.
const MAX_COMPARED = 300

const shorten = (name: string): string =>
  name.length > MAX_CHARACTERS ? `${name.slice(0, MAX_CHARACTERS)}…` : name

/** Edits that turn one text into the other (Levenshtein), or Infinity where there are more than `most`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Infinity
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    if (Math.min(...next) > most) return Infinity
    row = next
  }
  return row[b.length] ?? Infinity
}

/** The name without what clients often leave out or add: upper case, the publisher before a slash, the tag after a colon. */
const stem = (name: string): string => {
  const path = name.toLowerCase()
  return path.slice(path.lastIndexOf('/') + 1).split(':', 1)[0] ?? ''
}

/** The names that are most like the model, the most alike first. */
function nearMatches(model: string, names: readonly string[]): string[] {
  const wanted = stem(model)
  if (wanted === '' || model.length > MAX_CHARACTERS) return []
  const most = Math.min(MAX_EDITS, Math.floor(wanted.length / 3))
  return names
    .map((name) => {
      const known = stem(name)
      const isPart = known !== '' && (known.startsWith(wanted) || wanted.startsWith(known))
      return { name, far: isPart ? 0 : distance(wanted, known, most) }
    })
    .filter(({ far }) => far !== Infinity)
    .sort((a, b) => a.far - b.far)
    .slice(0, MAX_NEAR)
    .map(({ name }) => name)
}

/**
 * @param inReach - names of the models in reach.
 * @returns sentences for people, with near matches and at most 20 names.
 */
export function describeMissingModel(model: string, { names, hasMore }: FirstNames): string {
  const missing = `The model "${shorten(model)}" does not exist, or you do not have access to it.`
  if (names.length === 0) return hasMore ? missing : `${missing} No model is in reach.`
  const near = nearMatches(model, names.slice(0, MAX_COMPARED)).map((name) => `"${shorten(name)}"`)
  const shown = names.slice(0, MAX_NAMES).map(shorten).join(', ')
  const left = names.length - MAX_NAMES
  const more = hasMore ? ' and more' : left > 0 ? ` and ${left} more` : ''
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ''
  return `${missing}${hint} Models in reach: ${shown}${more}.`
}
