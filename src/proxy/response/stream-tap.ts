// Reads an SSE response while it is passed on: its usage, whether it is complete, and which event to leave out.
import { noFacts, type ResponseFacts } from './response-facts.ts'
import { findEventData, isDataLine, startOfData } from '../sse/event-data.ts'
import { createEventSplitter, type Piece } from '../sse/event-splitter.ts'
import { readEventData, type EventRole, type StreamFormat } from '../sse/read-event.ts'
import { addMembers, readWithheldUsage } from './withheld-usage.ts'

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

function dataOf(bytes: Buffer, start: number, end: number): Buffer | undefined {
  return isDataLine(bytes, start)
    ? bytes.subarray(startOfData(bytes, start), end)
    : findEventData(bytes, start, end)
}

function readPiece(
  piece: Piece,
  bytes: Buffer,
  start: number,
  end: number,
  format: StreamFormat,
  facts: ResponseFacts,
): EventRole {
  if (piece === 'line' && isDataLine(bytes, start)) {
    return readEventData(bytes, startOfData(bytes, start), end, format, facts)
  }
  if (piece !== 'line' && piece !== 'block') return undefined
  const data = findEventData(bytes, start, end)
  return data && readEventData(data, 0, data.length, format, facts)
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

/**
 * Holds the event that ends a choice until the next event of the same chunk, so that what the withheld event has beside its
 * usage can go along with it. Nothing waits for another chunk.
 */
function createFinishHolder(ranges: ReturnType<typeof createRanges>) {
  let held: Buffer | undefined
  let start = 0
  let end = 0
  const release = (): void => {
    if (held === undefined) return
    ranges.add(held, start, end, false)
    held = undefined
  }
  return {
    release,
    hold(bytes: Buffer, from: number, to: number, isReused: boolean): void {
      held = isReused ? Buffer.from(bytes.subarray(from, to)) : bytes
      start = isReused ? 0 : from
      end = isReused ? to - from : to
    },
    keep(data: Buffer | undefined): void {
      const withheld = data && readWithheldUsage(data)
      if (withheld === undefined) return
      const event = held ? addMembers(held.subarray(start, end), withheld.added) : withheld.ownEvent()
      held = undefined
      ranges.add(event, 0, event.length, false)
    },
  }
}

function createFilter(format: StreamFormat, facts: ResponseFacts, maxEventBytes: number | undefined) {
  const ranges = createRanges()
  const finishing = createFinishHolder(ranges)
  let current: Buffer | undefined
  let wasHidden = false
  const splitter = createEventSplitter((piece, bytes, start, end) => {
    const role = piece === 'tail' ? undefined : readPiece(piece, bytes, start, end, format, facts)
    if (piece !== 'tail') wasHidden = role === 'usage'
    if (role === 'usage') finishing.keep(dataOf(bytes, start, end))
    if (wasHidden) return
    finishing.release()
    if (role === 'finish' && piece === 'line') finishing.hold(bytes, start, end, bytes !== current)
    else ranges.add(bytes, start, end, bytes !== current)
  }, maxEventBytes)
  let endedInside = false
  return {
    push(chunk: Buffer): Buffer | null {
      current = chunk
      splitter.push(chunk)
      current = undefined
      finishing.release()
      return ranges.take()
    },
    end(): Buffer | null {
      splitter.end()
      finishing.release()
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
