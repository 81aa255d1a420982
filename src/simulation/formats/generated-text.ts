// The text of responses, one piece per token: prose with some multi-byte characters, or a given text.

const prose = `The balancer hands every request to a backend that is wired, awake and not yet full. Größe and naïve
are words of two-byte letters, 東京 takes three bytes a letter, and 🚀 takes four. A stream that is cut inside such a
letter shows whether anybody along the way decodes too early. Für Übung: süße Äpfel, garçon, señor, здравствуй, 안녕.
Most of what follows is ordinary: the queue moves, tokens arrive one after another, and the caller reads them as they
come 🙂. When the quota of one endpoint is spent, the next takes its turn, and nobody upstairs notices a thing.`

const pieces = prose.split(/\s+/).map((word) => `${word} `)
const jsonPieces = pieces.map((piece) => JSON.stringify(piece))

export const pieceKinds = pieces.length

export interface GeneratedText {
  /** Length in tokens. */
  readonly length: number
  readonly finish: 'stop' | 'length' | 'tool_calls'
  /** The piece at `index` as a JSON string literal. */
  jsonPiece(index: number): string
  /** All pieces joined. */
  text(): string
}

/** @param start - offset into the prose; any whole number from 0. */
export function createGeneratedText(start: number, length: number, finish: 'stop' | 'length'): GeneratedText {
  return {
    length,
    finish,
    jsonPiece: (index) => jsonPieces[(start + index) % pieceKinds] ?? '',
    text() {
      let text = ''
      for (let index = 0; index < length; index += 1) text += pieces[(start + index) % pieceKinds] ?? ''
      return text
    },
  }
}

/**
 * A given text in pieces of four characters.
 * @param limit - most tokens; a longer text is cut, and then the finish is `length`.
 */
export function createGivenText(text: string, limit: number, finish: 'stop' | 'tool_calls'): GeneratedText {
  const all = text.match(/[^]{1,4}/gu) ?? ['']
  const kept = all.slice(0, limit)
  return {
    length: kept.length,
    finish: kept.length < all.length ? 'length' : finish,
    jsonPiece: (index) => JSON.stringify(kept[index] ?? ''),
    text: () => kept.join(''),
  }
}

export const allPieces = (generated: GeneratedText): string[] =>
  Array.from({ length: generated.length }, (_, index) => generated.jsonPiece(index))
