// Collects text while it is made, as UTF-8: very many short strings would take many times the memory of their bytes.

export interface Text {
  /** @param piece - whole characters. A text that was added must not be added to any more. */
  add(piece: string | Text): void
  /** Whether nothing was added. */
  isEmpty(): boolean
  toBuffer(): Buffer
  /** What was added: what is encoded already, and what follows it. */
  parts(): { readonly encoded: readonly Buffer[]; readonly rest: string }
}

// Shorter texts stay strings: a Buffer costs more than the few bytes that it would hold.
const REST_CHARACTERS = 16_384

/** @param separator - stands between two pieces. */
export function createText(separator = ''): Text {
  const encoded: Buffer[] = []
  let rest = ''
  let isEmpty = true
  const encode = (): void => {
    if (rest !== '') encoded.push(Buffer.from(rest))
    rest = ''
  }
  return {
    add(piece) {
      if (!isEmpty) rest += separator
      isEmpty = false
      if (typeof piece === 'string') rest += piece
      else {
        const added = piece.parts()
        if (added.encoded.length > 0) encode()
        for (const each of added.encoded) encoded.push(each)
        rest += added.rest
      }
      if (rest.length >= REST_CHARACTERS) encode()
    },
    isEmpty: () => isEmpty,
    toBuffer() {
      encode()
      return Buffer.concat(encoded)
    },
    parts: () => ({ encoded, rest }),
  }
}

export function textOf(...pieces: readonly (string | Text)[]): Text {
  const text = createText()
  for (const piece of pieces) text.add(piece)
  return text
}
