// The text of responses: pieces of prose, one per token, some with multi-byte characters.

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
  readonly finish: 'stop' | 'length'
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
