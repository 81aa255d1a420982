// Patterns of names, in which `*` stands for any text.

/** @returns a function that says whether a name matches, in time linear in the name for each part of the pattern. */
export function createNamePattern(pattern: string): (name: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (name) => name === pattern
  return (name) => {
    if (!name.startsWith(first) || !name.endsWith(last)) return false
    // The leftmost place of each part leaves the most room to the parts behind it.
    let at = first.length
    for (const part of rest) {
      const found = name.indexOf(part, at)
      if (found === -1) return false
      at = found + part.length
    }
    return at <= name.length - last.length
  }
}
