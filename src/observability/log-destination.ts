// The destination of log lines: batches them in memory, since one system call per line would cost more than the line.
import { pino } from 'pino'

export interface LogDestination {
  /** Never blocks and never throws. @param lines - one or more, each with its newline. */
  write(lines: string): void
  /** Resolves when all lines so far have been written or dropped. */
  flush(): Promise<void>
  /** Writes all pending lines before it returns. */
  flushSync(): void
  /** Flushes, then ignores further lines; closes the descriptor unless it is stdout or stderr. */
  close(): Promise<void>
}

/** The log of this process, which also takes the lines of others. */
export interface ProcessLog extends LogDestination {
  /** @param lines - one or more, each with its newline, in UTF-8. */
  writeBytes(lines: Uint8Array): void
}

interface LogDestinationOptions {
  /** A file descriptor or a path to append to; stdout by default. */
  readonly target?: number | string
  /** Longest time that a line waits in memory while the log's reader keeps up, in milliseconds. */
  readonly maxDelayMs?: number
  /** Lines beyond this many pending bytes are dropped; the log reports their number later. */
  readonly maxPendingBytes?: number
}

// The capacity of a pipe, so that a write does not wait for a reader that keeps up.
const PIECE_BYTES = 65_536
// Most bytes that one UTF-16 code unit takes in UTF-8.
const MAX_UNIT_BYTES = 3
const MAX_PENDING_BYTES = 64 * 1024 * 1024

const NEWLINE = 10

const countLines = (lines: string | Uint8Array): number =>
  typeof lines === 'string'
    ? lines.split('\n').length - 1
    : lines.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0)

const droppedNotice = (lines: number): string =>
  `{"level":"warn","time":"${new Date().toISOString()}","msg":"log lines dropped","lines":${lines}}\n`

type Destination = ReturnType<typeof pino.destination>
type Sink = Omit<Destination, 'write'> & { write(bytes: Buffer): boolean }

/** Opens the descriptor's writer, which writes one piece at a time off the main thread. */
function openSink(target: number | string, maxLength: number): Sink {
  // With a minLength of 0 its flush would not wait for pending writes.
  const options = { dest: target, sync: false, minLength: 1, maxLength, contentMode: 'buffer' } as const
  // Its types declare only strings, which are the other content mode.
  return pino.destination(options) as unknown as Sink
}

/** Encodes lines at once: waiting strings would reach the old generation of the heap and be copied twice more. */
function createPieces() {
  let piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
  let length = 0
  let full: Buffer[] = []
  let fullBytes = 0
  const keep = (bytes: Buffer): void => {
    full.push(bytes)
    fullBytes += bytes.length
  }
  const closePiece = (): void => {
    if (length === 0) return
    keep(piece.subarray(0, length))
    piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
    length = 0
  }
  return {
    bytes: () => fullBytes + length,
    hasFull: () => fullBytes > 0,
    add(line: string) {
      const most = line.length * MAX_UNIT_BYTES
      if (most > piece.length - length) closePiece()
      if (most > piece.length) keep(Buffer.from(line))
      else length += piece.write(line, length)
    },
    addBytes(lines: Uint8Array) {
      if (lines.length > piece.length - length) closePiece()
      if (lines.length > piece.length) return keep(Buffer.from(lines))
      piece.set(lines, length)
      length += lines.length
    },
    takeAll(): Buffer[] {
      closePiece()
      const taken = full
      full = []
      fullBytes = 0
      return taken
    },
  }
}

/** Pending lines, written when the sink is idle and they fill a buffer. */
function createBatch(sink: Sink, maxBytes: number) {
  const pending = createPieces()
  let dropped = 0
  let writing = false
  const writePending = (): void => {
    if (dropped > 0) pending.add(droppedNotice(dropped))
    dropped = 0
    for (const piece of pending.takeAll()) {
      writing = true
      sink.write(piece)
    }
  }
  const writeWhenFull = (): void => {
    if (!writing && pending.hasFull()) writePending()
  }
  sink.on('drain', () => {
    writing = false
    writeWhenFull()
  })
  // A full disk must not stop the traffic: the sink keeps its piece and retries with the next one.
  sink.on('error', () => (writing = false))
  return {
    writePending,
    writeWhenIdle: () => void (writing || writePending()),
    add(lines: string | Uint8Array) {
      if (pending.bytes() + lines.length > maxBytes) dropped += countLines(lines)
      else if (typeof lines === 'string') pending.add(lines)
      else pending.addBytes(lines)
      writeWhenFull()
    },
  }
}

/** Runs `write` before the process exits. @returns a function that cancels this. */
function onEnd(write: () => void): () => void {
  process.on('beforeExit', write)
  process.on('exit', write)
  return () => void process.off('beforeExit', write).off('exit', write)
}

export function createLogDestination(options: LogDestinationOptions = {}): ProcessLog {
  const { target = 1, maxDelayMs = 250, maxPendingBytes = MAX_PENDING_BYTES } = options
  const sink = openSink(target, 2 * maxPendingBytes)
  const batch = createBatch(sink, maxPendingBytes)
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const flushSync = (): void => {
    if (closed) return
    try {
      batch.writePending()
      sink.flushSync()
    } catch {
      // The log itself cannot be written, so that the error cannot be reported.
    }
  }
  const forgetEnd = onEnd(flushSync)
  const stop = (): void => {
    closed = true
    clearTimeout(timer)
    forgetEnd()
  }
  sink.once('close', stop)
  // EPIPE is final: the reader of the pipe is gone.
  sink.on('error', (error: NodeJS.ErrnoException) => void (error.code === 'EPIPE' && stop()))
  const add = (lines: string | Uint8Array): void => {
    if (closed) return
    batch.add(lines)
    timer ??= setTimeout(() => {
      timer = undefined
      batch.writeWhenIdle()
    }, maxDelayMs).unref()
  }

  return {
    write: add,
    writeBytes: add,
    flush() {
      if (closed) return Promise.resolve()
      batch.writePending()
      return new Promise((resolve) => sink.flush(() => resolve()))
    },
    flushSync,
    async close() {
      if (closed) return
      batch.writePending()
      stop()
      await new Promise<void>((resolve) => {
        sink.once('close', resolve).once('error', () => resolve())
        sink.end()
      })
    },
  }
}
