// Where log lines go: gathered in memory and handed on in pieces, as one system call a line would cost more than the line.
import { pino } from 'pino'

export interface LogDestination {
  /** @param line - with its newline. Never blocks and never throws. */
  write(line: string): void
  /** Resolves when all lines so far have been written, or cannot be. */
  flush(): Promise<void>
  /** Writes what is there before it returns. */
  flushSync(): void
  /** Flushes and takes no more lines; a descriptor other than stdout and stderr is closed. */
  close(): Promise<void>
}

interface LogDestinationOptions {
  /** A file descriptor or a path to append to; stdout by default. */
  readonly target?: number | string
  /** Longest a line waits in memory while the log's reader keeps up. */
  readonly maxDelayMs?: number
  /** Lines beyond this many bytes are dropped while the reader does not keep up; the log tells later how many. */
  readonly maxPendingBytes?: number
}

// As much as a pipe holds, so that writing it does not wait for a reader that keeps up.
const PIECE_BYTES = 65_536
// That a unit of a string takes in UTF-8 at most.
const MAX_UNIT_BYTES = 3
const MAX_PENDING_BYTES = 64 * 1024 * 1024

const droppedNotice = (lines: number): string =>
  `{"level":"warn","time":"${new Date().toISOString()}","msg":"log lines dropped","lines":${lines}}\n`

type Destination = ReturnType<typeof pino.destination>
type Sink = Omit<Destination, 'write'> & { write(bytes: Buffer): boolean }

/** The descriptor's writer: takes pieces, writes them off the main thread, one at a time. */
function openSink(target: number | string, maxLength: number): Sink {
  // With a minLength of 0 its flush would not wait for writes under way.
  const options = { dest: target, sync: false, minLength: 1, maxLength, contentMode: 'buffer' } as const
  // Its types know of strings alone, which are the other content mode.
  return pino.destination(options) as unknown as Sink
}

/** Lines as bytes: strings that wait would be garbage that has grown old, and be read twice more on their way out. */
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
    takeAll(): Buffer[] {
      closePiece()
      const taken = full
      full = []
      fullBytes = 0
      return taken
    },
  }
}

/** Lines that wait for the sink, which gets them as soon as it is idle and they are worth a system call. */
function createBatch(sink: Sink, maxBytes: number) {
  const pending = createPieces()
  let dropped = 0
  let writing = false
  const handOver = (): void => {
    if (dropped > 0) pending.add(droppedNotice(dropped))
    dropped = 0
    for (const piece of pending.takeAll()) {
      writing = true
      sink.write(piece)
    }
  }
  const handOverWhenWorthIt = (): void => {
    if (!writing && pending.hasFull()) handOver()
  }
  sink.on('drain', () => {
    writing = false
    handOverWhenWorthIt()
  })
  // A full disk must not stop the traffic: the sink keeps its piece and tries again with the next.
  sink.on('error', () => (writing = false))
  return {
    handOver,
    handOverWhenIdle: () => void (writing || handOver()),
    add(line: string) {
      if (pending.bytes() + line.length > maxBytes) dropped += 1
      else pending.add(line)
      handOverWhenWorthIt()
    },
  }
}

/** Runs `write` before the process ends. @returns what undoes that. */
function onEnd(write: () => void): () => void {
  process.on('beforeExit', write)
  process.on('exit', write)
  return () => void process.off('beforeExit', write).off('exit', write)
}

export function createLogDestination(options: LogDestinationOptions = {}): LogDestination {
  const { target = 1, maxDelayMs = 250, maxPendingBytes = MAX_PENDING_BYTES } = options
  const sink = openSink(target, 2 * maxPendingBytes)
  const batch = createBatch(sink, maxPendingBytes)
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const flushSync = (): void => {
    if (closed) return
    try {
      batch.handOver()
      sink.flushSync()
    } catch {
      // Nobody is left to tell: the log itself cannot be written.
    }
  }
  const forgetEnd = onEnd(flushSync)
  const stop = (): void => {
    closed = true
    clearTimeout(timer)
    forgetEnd()
  }
  sink.once('close', stop)
  // A reader that has gone does not come back.
  sink.on('error', (error: NodeJS.ErrnoException) => void (error.code === 'EPIPE' && stop()))

  return {
    write(line) {
      if (closed) return
      batch.add(line)
      timer ??= setTimeout(() => {
        timer = undefined
        batch.handOverWhenIdle()
      }, maxDelayMs).unref()
    },
    flush() {
      if (closed) return Promise.resolve()
      batch.handOver()
      return new Promise((resolve) => sink.flush(() => resolve()))
    },
    flushSync,
    async close() {
      if (closed) return
      batch.handOver()
      stop()
      await new Promise<void>((resolve) => {
        sink.once('close', resolve).once('error', () => resolve())
        sink.end()
      })
    },
  }
}
