// Collects the files that a page sends in parts.

export interface FileParts {
  add(file: string, text: string): void
  /** @returns the file, which is then forgotten; undefined where it was too large. */
  take(file: string): Blob | undefined
}

/** @param maxCharacters - of all files together that have not been taken; further parts are dropped with their file. */
export function createFileParts(maxCharacters: number): FileParts {
  const parts = new Map<string, string[]>()
  let held = 0
  const forget = (file: string): readonly string[] => {
    const texts = parts.get(file) ?? []
    held -= texts.reduce((sum, text) => sum + text.length, 0)
    parts.delete(file)
    return texts
  }
  const tooLarge = new Set<string>()
  return {
    add(file, text) {
      if (tooLarge.has(file)) return
      if (held + text.length > maxCharacters) {
        forget(file)
        tooLarge.clear()
        return void tooLarge.add(file)
      }
      held += text.length
      const texts = parts.get(file)
      if (texts) texts.push(text)
      else parts.set(file, [text])
    },
    take: (file) => (tooLarge.delete(file) ? undefined : new Blob([...forget(file)])),
  }
}
