// Remembers what was found out about the names of header fields, of which peers send few different ones.

// Others are not remembered: a peer may send any.
const MAX_NAMES = 1_000
const MAX_CHARACTERS = 64

/** @param find - of what a name alone says; not called again for a name that is remembered. Where it throws, nothing is. */
export function rememberNames<T extends {} | null>(find: (name: string) => T): (name: string) => T {
  const found = new Map<string, T>()
  return (name) => {
    const known = found.get(name)
    if (known !== undefined) return known
    const value = find(name)
    if (found.size < MAX_NAMES && name.length <= MAX_CHARACTERS) found.set(name, value)
    return value
  }
}
