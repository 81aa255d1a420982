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

const indexOrEnd = (text: string, character: string, at: number): number => {
  const index = text.indexOf(character, at)
  return index === -1 ? text.length : index
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export function createEventReader({ onData, onComment }: EventHandlers): EventReader {
  /** The beginning of an incomplete line; searched once, when it arrives. */
  let held = ''
  /** Whether an LF at the start of the next chunk belongs to the line end before it. */
  let isAfterCr = false
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

  return {
    push(chunk) {
      if (chunk === '') return
      let at = isAfterCr && chunk.startsWith('\n') ? 1 : 0
      isAfterCr = false
      // Each is searched for again only when it has been passed: the one that a stream does not use is far away.
      let nextLf = -1
      let nextCr = -1
      for (;;) {
        if (nextLf < at) nextLf = indexOrEnd(chunk, '\n', at)
        if (nextCr < at) nextCr = indexOrEnd(chunk, '\r', at)
        const end = Math.min(nextLf, nextCr)
        if (end >= chunk.length) break
        const line = held + chunk.slice(at, end)
        held = ''
        at = end + 1
        if (end === nextCr) {
          isAfterCr = at === chunk.length
          if (chunk[at] === '\n') at += 1
        }
        readLine(line)
      }
      held += chunk.slice(at)
      if (held.length > MAX_CHARACTERS) throw new Error('a line of the stream is too large')
    },
    end() {
      if (held !== '') readLine(held)
      held = ''
      dispatch()
    },
  }
}
