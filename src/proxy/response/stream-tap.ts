// Listens to an SSE answer on its way to the client: what it cost, whether it is complete, and what to leave out.
import { noFacts, type ResponseFacts } from './response-facts.ts'
import { findEventData, isDataLine, startOfData } from '../sse/event-data.ts'
import { createEventSplitter, type Piece } from '../sse/event-splitter.ts'
import { readEventData, type StreamFormat } from '../sse/read-event.ts'

export interface StreamTap {
  readonly facts: Readonly<ResponseFacts>
  /** @returns what to send to the client now, or null for nothing; the chunk itself wherever possible. */
  push(chunk: Buffer): Buffer | null
  /** The upstream has ended. @returns what was still held back. */
  end(): Buffer | null
  /** Whether what has been given out to send ends between two events. */
  isAtBoundary(): boolean
}

interface StreamTapOptions {
  readonly format: StreamFormat
  /** Leave out the event that has usage alone: the client did not ask for it. Holds back an incomplete event. */
  readonly hideUsage: boolean
  /** An event beyond this is passed on unread. */
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

/** Puts ranges together again, as few copies as it takes. */
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
    /** @param isOurs - whether the bytes may change after this and have to be copied. */
    add(bytes: Buffer, start: number, end: number, isOurs: boolean): void {
      if (bytes === source && start === to) {
        to = end
        return
      }
      close()
      source = isOurs ? Buffer.from(bytes.subarray(start, end)) : bytes
      from = isOurs ? 0 : start
      to = isOurs ? end - start : end
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
  let present: Buffer | undefined
  let wasHidden = false
  const splitter = createEventSplitter((piece, bytes, start, end) => {
    if (piece !== 'tail') wasHidden = readPiece(piece, bytes, start, end, format, facts)
    if (!wasHidden) ranges.add(bytes, start, end, bytes !== present)
  }, maxEventBytes)
  let endedInside = false
  return {
    push(chunk: Buffer): Buffer | null {
      present = chunk
      splitter.push(chunk)
      present = undefined
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

/** Without `hideUsage` every chunk is handed back as it is, nothing held and nothing copied on its way. */
export function createStreamTap({ format, hideUsage, maxEventBytes }: StreamTapOptions): StreamTap {
  const facts = noFacts()
  const { push, end, isAtBoundary } = (hideUsage ? createFilter : createObserver)(
    format,
    facts,
    maxEventBytes,
  )
  return { facts, push, end, isAtBoundary }
}
