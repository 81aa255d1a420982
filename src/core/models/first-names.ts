// Reads names for a message: so few that the time is bounded, however many models there are.

/** Names of models, sorted, each once. */
export interface FirstNames {
  readonly names: readonly string[]
  /** Whether there may be others. */
  readonly hasMore: boolean
}

export const MAX_READ = 50_000
export const MAX_FIRST = 2_000

export function* idsOf(models: Iterable<{ readonly id: string }>): Generator<string> {
  for (const { id } of models) yield id
}

/** @param all - a name may come more than once, as several endpoints serve one model. */
export function firstNames(all: Iterable<string>): FirstNames {
  const names = new Set<string>()
  let read = 0
  let hasMore = false
  for (const name of all) {
    hasMore = names.size >= MAX_FIRST || read >= MAX_READ
    if (hasMore) break
    names.add(name)
    read += 1
  }
  return { names: [...names].sort(), hasMore }
}
