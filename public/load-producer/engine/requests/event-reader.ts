/** Splits the text of a server-sent event stream into events, for any chunk boundaries and any line ends. */

export interface EventReader {
  /** Throws an Error when a line or event exceeds 4,000,000 characters. */
  push(chunk: string): void
  /** Emits a last event that no empty line terminated. */
  end(): void
}

export interface EventHandlers {
  /** @param data - the data lines of the event, joined by LF. Not called for events without data. */
  onData(data: string): void
  /** @param text - a comment line without its leading colon. */
  onComment(text: string): void
}

const MAX_CHARACTERS = 4_000_000

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export function createEventReader({ onData, onComment }: EventHandlers): EventReader {
  let buffer = ''
  let data: string | undefined
  let isFirstLine = true

  const dispatch = (): void => {
    if (data !== undefined) onData(data)
    data = undefined
  }
  const readLine = (raw: string): void => {
    const line = isFirstLine && raw.startsWith('\uFEFF') ? raw.slice(1) : raw
    isFirstLine = false
    if (line === '') return dispatch()
    if (line.startsWith(':')) return onComment(line.slice(1).trim())
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    if (field !== 'data') return
    const from = line[colon + 1] === ' ' ? colon + 2 : colon + 1
    const value = colon < 0 ? '' : line.slice(from)
    data = data === undefined ? value : `${data}\n${value}`
    if (data.length > MAX_CHARACTERS) throw new Error('an event of the stream is too large')
  }

  /** @returns the end of the line that starts at `at` and the start of the next; undefined when the line is incomplete. */
  const findLineEnd = (at: number): { end: number; next: number } | undefined => {
    const lf = buffer.indexOf('\n', at)
    const cr = buffer.indexOf('\r', at)
    if (cr < 0 || (lf >= 0 && lf < cr)) return lf < 0 ? undefined : { end: lf, next: lf + 1 }
    // A CR at the end of the buffer may be the first half of a CRLF.
    if (cr === buffer.length - 1) return undefined
    return { end: cr, next: buffer[cr + 1] === '\n' ? cr + 2 : cr + 1 }
  }

  return {
    push(chunk) {
      buffer += chunk
      let at = 0
      for (let line = findLineEnd(at); line; line = findLineEnd(at)) {
        readLine(buffer.slice(at, line.end))
        at = line.next
      }
      buffer = buffer.slice(at)
      if (buffer.length > MAX_CHARACTERS) throw new Error('a line of the stream is too large')
    },
    end() {
      if (buffer !== '') readLine(buffer.replace(/\r$/, ''))
      buffer = ''
      dispatch()
    },
  }
}
