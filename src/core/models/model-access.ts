// Which models a client may use, by the field `allowed_models` of its token and of its block.
import { createNamePattern } from './name-pattern.ts'
import { latest, withoutLatest } from './served-models.ts'

type Matcher = (model: string) => boolean

// By identity: configured lists are replaced and never mutated.
const matchers = new WeakMap<readonly string[], Matcher>()

function createMatcher(patterns: readonly string[]): Matcher {
  const names = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const matches = patterns.filter((pattern) => pattern.includes('*')).map(createNamePattern)
  const isAllowed = (name: string): boolean =>
    names.has(name) || matches.some((matchesName) => matchesName(name))
  // Only a pattern that ends in the tag speaks of names with it: another one could match by the letters of the tag alone.
  const tagged = patterns.filter((pattern) => withoutLatest(pattern) !== undefined).map(createNamePattern)
  const isTagged = (name: string): boolean => tagged.some((matchesName) => matchesName(name))
  // One model has both names, with the tag and without.
  return (model) => {
    const untagged = withoutLatest(model)
    return (
      isAllowed(model) ||
      (untagged !== undefined && isAllowed(untagged)) ||
      (tagged.length > 0 && !model.includes(':') && isTagged(latest(model)))
    )
  }
}

function matcherOf(patterns: readonly string[]): Matcher {
  let matcher = matchers.get(patterns)
  if (matcher === undefined) matchers.set(patterns, (matcher = createMatcher(patterns)))
  return matcher
}

/** The two lists that concern a client; an absent or empty one allows any model. */
export interface ModelAccess {
  readonly block: { readonly allowedModels: readonly string[] } | undefined
  readonly token: { readonly allowedModels: readonly string[] } | null
}

export const isRestricted = ({ block, token }: ModelAccess): boolean =>
  (block?.allowedModels.length ?? 0) > 0 || (token?.allowedModels.length ?? 0) > 0

const allows = (patterns: readonly string[] | undefined, model: string): boolean =>
  patterns === undefined || patterns.length === 0 || matcherOf(patterns)(model)

export const allowsModel = ({ block, token }: ModelAccess, model: string): boolean =>
  allows(block?.allowedModels, model) && allows(token?.allowedModels, model)
