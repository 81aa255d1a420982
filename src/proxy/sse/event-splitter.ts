// Splits an SSE stream into events, whatever its chunks and line ends.
import { createEventCarry } from './event-carry.ts'

/**
 * The kind of a range: a complete event of one `line` or of another number of lines (`block`); a `part` of an event too
 * large to be held; or the `tail` of the event before: the LF of a CRLF whose CR had ended that event.
 */
export type Piece = 'line' | 'block' | 'part' | 'tail'

/**
 * Called with the pieces in order and without gaps. A piece within one chunk is a range of that chunk; any other Buffer
 * belongs to the splitter and is valid during the call only.
 */
export type PieceHandler = (piece: Piece, bytes: Buffer, start: number, end: number) => void

export interface EventSplitter {
  push(chunk: Buffer): void
  /** Reports the held bytes of an incomplete event. */
  end(): void
  /** Whether the bytes so far end inside an event. */
  isInside(): boolean
  /** Whether they end inside an event that is reported in parts. */
  isInsidePart(): boolean
}

const LF = 0x0a
const CR = 0x0d

/** @returns the index of the first such byte at or after `at`; the chunk's length where there is none. */
function findByte(chunk: Buffer, byte: number, at: number): number {
  // Most events end in a blank line: no search then.
  if (chunk[at] === byte) return at
  const found = chunk.indexOf(byte, at)
  return found === -1 ? chunk.length : found
}

interface EventSink {
  /** The current event ends with this range. */
  finish(lines: number, chunk: Buffer, start: number, end: number): void
  /** The current event continues after this range. */
  hold(chunk: Buffer, start: number, end: number): void
  /** The stream ends inside the current event. */
  cut(lines: number): void
  isInside(): boolean
  isInsidePart(): boolean
}

function createEventSink(onPiece: PieceHandler, maxEventBytes: number): EventSink {
  const carry = createEventCarry()
  let inParts = false

  const release = (piece: Piece): void => {
    if (carry.length() === 0) return
    const held = carry.take()
    onPiece(piece, held, 0, held.length)
  }
  const isTooLarge = (added: number): boolean => inParts || carry.length() + added > maxEventBytes

  return {
    finish(lines, chunk, start, end) {
      const isPart = isTooLarge(end - start)
      const piece = isPart ? 'part' : lines === 1 ? 'line' : 'block'
      inParts = false
      if (isPart) release('part')
      if (carry.length() === 0) return onPiece(piece, chunk, start, end)
      carry.append(chunk, start, end)
      release(piece)
    },
    hold(chunk, start, end) {
      inParts = isTooLarge(end - start)
      if (!inParts) return carry.append(chunk, start, end)
      release('part')
      onPiece('part', chunk, start, end)
    },
    cut: (lines) => release(lines === 1 ? 'line' : 'block'),
    isInside: () => inParts || carry.length() > 0,
    isInsidePart: () => inParts,
  }
}

/**
 * @param maxEventBytes - a larger event is reported in parts instead of being held.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createEventSplitter(onPiece: PieceHandler, maxEventBytes = 1_048_576): EventSplitter {
  const sink = createEventSink(onPiece, maxEventBytes)
  let lineIsEmpty = true
  /** Complete lines of the current event. */
  let lines = 0
  /** Whether an LF at the start of the next chunk belongs to the line end before it. */
  let isAfterCr = false

  /** @returns how many bytes of the chunk belong to the line that ended with the last chunk: 0 or 1. */
  const skipTail = (chunk: Buffer): number => {
    if (!isAfterCr || chunk.length === 0) return 0
    isAfterCr = false
    if (chunk[0] !== LF) return 0
    if (sink.isInside()) sink.hold(chunk, 0, 1)
    else onPiece('tail', chunk, 0, 1)
    return 1
  }

  return {
    push(chunk) {
      let start = skipTail(chunk)
      let at = start
      // Each is searched for again only when it has been passed: the one that a stream does not use is far away.
      let nextLf = -1
      let nextCr = -1
      while (at < chunk.length) {
        if (nextLf < at) nextLf = findByte(chunk, LF, at)
        if (nextCr < at) nextCr = findByte(chunk, CR, at)
        const lineEnd = nextLf < nextCr ? nextLf : nextCr
        if (lineEnd !== at) lineIsEmpty = false
        if (lineEnd === chunk.length) break
        at = lineEnd + 1
        if (chunk[lineEnd] === CR) {
          if (at === chunk.length) isAfterCr = true
          else if (chunk[at] === LF) at += 1
        }
        if (lineIsEmpty) {
          sink.finish(lines, chunk, start, at)
          start = at
          lines = 0
        } else lines += 1
        lineIsEmpty = true
      }
      if (start < chunk.length) sink.hold(chunk, start, chunk.length)
    },
    end: () => sink.cut(lines + (lineIsEmpty ? 0 : 1)),
    isInside: sink.isInside,
    isInsidePart: sink.isInsidePart,
  }
}
