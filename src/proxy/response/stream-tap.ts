// Reads an SSE response while it is passed on: its usage, whether it is complete, and which event to leave out.
import { noFacts, type ResponseFacts } from './response-facts.ts'
import { findEventData, isDataLine, startOfData } from '../sse/event-data.ts'
import { createEventSplitter, type Piece } from '../sse/event-splitter.ts'
import { readEventData, type StreamFormat } from '../sse/read-event.ts'

export interface StreamTap {
  readonly facts: Readonly<ResponseFacts>
  /** @returns the bytes to send to the client now, or null for none; the chunk itself wherever possible. */
  push(chunk: Buffer): Buffer | null
  /** Called at the upstream's end. @returns the bytes that were held back, or null. */
  end(): Buffer | null
  /** Whether the bytes returned so far end between two events. */
  isAtBoundary(): boolean
}

interface StreamTapOptions {
  readonly format: StreamFormat
  /** Whether to leave out the event that holds nothing but usage. Then an incomplete event is held back. */
  readonly hideUsage: boolean
  /** A longer event is passed on unread. */
  readonly maxEventBytes?: number
}

function readPiece(
  piece: Piece,
  bytes: Buffer,
  start: number,
  end: number,
  format: StreamFormat,
  facts: ResponseFacts,
): boolean {
  if (piece === 'line' && isDataLine(bytes, start)) {
    return readEventData(bytes, startOfData(bytes, start), end, format, facts)
  }
  if (piece !== 'line' && piece !== 'block') return false
  const data = findEventData(bytes, start, end)
  return data !== undefined && readEventData(data, 0, data.length, format, facts)
}

/** Joins byte ranges with as few copies as possible. */
function createRanges() {
  let source: Buffer | undefined
  let from = 0
  let to = 0
  let ready: Buffer[] = []

  const close = (): void => {
    if (source) ready.push(from === 0 && to === source.length ? source : source.subarray(from, to))
    source = undefined
  }
  return {
    /** @param isReused - whether the buffer is overwritten later, so that the bytes must be copied. */
    add(bytes: Buffer, start: number, end: number, isReused: boolean): void {
      if (bytes === source && start === to) {
        to = end
        return
      }
      close()
      source = isReused ? Buffer.from(bytes.subarray(start, end)) : bytes
      from = isReused ? 0 : start
      to = isReused ? end - start : end
    },
    take(): Buffer | null {
      close()
      if (ready.length === 0) return null
      const pieces = ready
      ready = []
      return pieces.length === 1 ? (pieces[0] ?? null) : Buffer.concat(pieces)
    },
  }
}

function createFilter(format: StreamFormat, facts: ResponseFacts, maxEventBytes: number | undefined) {
  const ranges = createRanges()
  let current: Buffer | undefined
  let wasHidden = false
  const splitter = createEventSplitter((piece, bytes, start, end) => {
    if (piece !== 'tail') wasHidden = readPiece(piece, bytes, start, end, format, facts)
    if (!wasHidden) ranges.add(bytes, start, end, bytes !== current)
  }, maxEventBytes)
  let endedInside = false
  return {
    push(chunk: Buffer): Buffer | null {
      current = chunk
      splitter.push(chunk)
      current = undefined
      return ranges.take()
    },
    end(): Buffer | null {
      splitter.end()
      const rest = ranges.take()
      endedInside = rest !== null
      return rest
    },
    isAtBoundary: () => !endedInside && !splitter.isInsidePart(),
  }
}

function createObserver(format: StreamFormat, facts: ResponseFacts, maxEventBytes: number | undefined) {
  const splitter = createEventSplitter((piece, bytes, start, end) => {
    readPiece(piece, bytes, start, end, format, facts)
  }, maxEventBytes)
  let endedInside = false
  return {
    push(chunk: Buffer): Buffer | null {
      splitter.push(chunk)
      return chunk
    },
    end(): Buffer | null {
      endedInside = splitter.isInside()
      splitter.end()
      return null
    },
    isAtBoundary: () => !endedInside && !splitter.isInside(),
  }
}

/** Without `hideUsage` every chunk is returned as it is: nothing is held back or copied. */
export function createStreamTap({ format, hideUsage, maxEventBytes }: StreamTapOptions): StreamTap {
  const facts = noFacts()
  const { push, end, isAtBoundary } = (hideUsage ? createFilter : createObserver)(
    format,
    facts,
    maxEventBytes,
  )
  return { facts, push, end, isAtBoundary }
}
