// Remembers what was found out about names and values of header fields, of which peers send few different ones.

// Others are not remembered: a peer may send any.
const MAX_TEXTS = 1_000
const MAX_CHARACTERS = 64

/** @param find - of what a text alone says; not called again for one that is remembered. Where it throws, nothing is. */
export function rememberTexts<T extends string | number | null>(
  find: (text: string) => T,
): (text: string) => T {
  const found = new Map<string, T>()
  return (text) => {
    const known = found.get(text)
    if (known !== undefined) return known
    const value = find(text)
    if (found.size < MAX_TEXTS && text.length <= MAX_CHARACTERS) found.set(text, value)
    return value
  }
}
