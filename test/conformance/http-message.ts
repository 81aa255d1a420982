// Parses one HTTP/1.1 message as it arrives: its head, its body without chunk framing, and whether it is complete.

export interface MessageHead {
  /** Request or status line. */
  readonly startLine: string
  /** Names in lower case; a repeated name has its last value. */
  readonly headers: ReadonlyMap<string, string>
}

export interface MessageReader {
  push(bytes: Buffer): void
  /** Reports the closed connection, which ends a body without other delimiter. */
  close(): void
  readonly head: MessageHead | undefined
  /** Bytes of body so far. */
  readonly length: number
  body(): Buffer
  readonly isComplete: boolean
  /** Bytes after the end of the message. */
  rest(): Buffer
}

type Mode =
  | 'head'
  | 'length'
  | 'chunk size'
  | 'chunk'
  | 'chunk end'
  | 'trailer'
  | 'close'
  | 'complete'
  | 'broken'

function parseHead(text: string): MessageHead {
  const [startLine = '', ...lines] = text.split('\r\n')
  return {
    startLine,
    headers: new Map(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    ),
  }
}

const isInterim = ({ startLine }: MessageHead): boolean => /^HTTP\/1\.1 1/.test(startLine)

export const statusOf = ({ startLine }: MessageHead): number => Number(startLine.split(' ')[1])

interface Reading {
  mode: Mode
  pending: Buffer
  /** Bytes that the body or its current chunk still lacks. */
  missing: number
  head: MessageHead | undefined
  length: number
  readonly parts: Buffer[]
}

/** Removes the text up to the mark from the pending bytes. @returns undefined until the mark has arrived. */
function takeUntil(reading: Reading, mark: string): string | undefined {
  const at = reading.pending.indexOf(mark)
  if (at < 0) return undefined
  const text = reading.pending.toString('latin1', 0, at)
  reading.pending = reading.pending.subarray(at + mark.length)
  return text
}

function takeBody(reading: Reading, most: number): void {
  const part = reading.pending.subarray(0, most)
  reading.pending = reading.pending.subarray(part.length)
  reading.parts.push(part)
  reading.length += part.length
  reading.missing -= part.length
}

function readHead(reading: Reading, endsWithConnection: boolean): Mode {
  const text = takeUntil(reading, '\r\n\r\n')
  if (text === undefined) return 'head'
  const head = parseHead(text)
  if (isInterim(head)) return readHead(reading, endsWithConnection)
  reading.head = head
  if (/\bchunked\b/i.test(head.headers.get('transfer-encoding') ?? '')) return 'chunk size'
  const length = head.headers.get('content-length')
  if (length === undefined) return endsWithConnection ? 'close' : 'complete'
  reading.missing = Number(length)
  return reading.missing === 0 ? 'complete' : 'length'
}

function readChunkSize(reading: Reading): Mode {
  const line = takeUntil(reading, '\r\n')
  if (line === undefined) return 'chunk size'
  reading.missing = Number.parseInt(line, 16)
  if (Number.isNaN(reading.missing)) return 'broken'
  return reading.missing === 0 ? 'trailer' : 'chunk'
}

function readTrailer(reading: Reading): Mode {
  const line = takeUntil(reading, '\r\n')
  return line === '' ? 'complete' : 'trailer'
}

/** One step. @returns the mode after it. */
function advance(reading: Reading, endsWithConnection: boolean): Mode {
  const { mode } = reading
  switch (mode) {
    case 'head':
      return readHead(reading, endsWithConnection)
    case 'chunk size':
      return readChunkSize(reading)
    case 'chunk':
    case 'length':
      takeBody(reading, reading.missing)
      if (reading.missing > 0) return mode
      return mode === 'chunk' ? 'chunk end' : 'complete'
    case 'chunk end':
      return takeUntil(reading, '\r\n') === undefined ? mode : 'chunk size'
    case 'trailer':
      return readTrailer(reading)
    case 'close':
      takeBody(reading, Infinity)
      return mode
    case 'complete':
    case 'broken':
      return mode
  }
}

/** @param kind - a request without a length has no body; a response without one ends with the connection. */
export function createMessageReader(kind: 'request' | 'response'): MessageReader {
  const reading: Reading = {
    mode: 'head',
    pending: Buffer.alloc(0),
    missing: 0,
    head: undefined,
    length: 0,
    parts: [],
  }
  return {
    push(bytes) {
      reading.pending = reading.pending.length === 0 ? bytes : Buffer.concat([reading.pending, bytes])
      for (let left = -1; reading.pending.length > 0 && left !== reading.pending.length;) {
        left = reading.pending.length
        reading.mode = advance(reading, kind === 'response')
      }
    },
    close() {
      if (reading.mode === 'close') reading.mode = 'complete'
    },
    get head() {
      return reading.head
    },
    get length() {
      return reading.length
    },
    body: () => Buffer.concat(reading.parts),
    get isComplete() {
      return reading.mode === 'complete'
    },
    rest: () => reading.pending,
  }
}
